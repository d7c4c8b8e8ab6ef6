/** Tools of one machine, used from another: by a person, and by a program that may use one of them. */
import assert from 'node:assert/strict';
import { type CallToolResponse, ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { harbourConfig } from '../lib/harbour-server.ts';
import { eventually, say, story } from '../lib/story.ts';

await story({ desk: { config: harbourConfig('home') }, laptop: {} }, async ({ desk, laptop }) => {
  await laptop.join(desk);
  const listed = await eventually('the list of tools', async () => {
    const text = await laptop.towline('tools');
    return text.includes('greet') ? text : undefined;
  });
  assert.match(listed, /move/);
  say('the laptop sees the tools that the desk shares with the group home');

  const greeting = await laptop.towline('call', 'desk/harbour/greet', 'ship=Ariel');
  assert.match(greeting, /Welcome, Ariel\./);
  say(`a person: towline call desk/harbour/greet ship=Ariel  →  ${greeting.trim()}`);

  const token = await laptop.token('--agent', 'pilot', '--scope', 'tools:call:desk/harbour/greet');
  const client = laptop.client(ToolService, token);
  const { tools } = await client.listTools({});
  assert.deepEqual(
    tools.map(({ ref }) => ref?.name),
    ['greet'],
  );
  const tool = { node: 'desk', upstream: 'harbour', name: 'greet' };
  assert.match(await resultOf(client.callTool({ tool, argumentsJson: '{"ship":"Bounty"}' })), /Welcome, Bounty\./);
  say('a program with a token for one tool sees that tool alone, and calls it');

  const other = client.callTool({ tool: { ...tool, name: 'move' }, argumentsJson: '{"ship":"Bounty"}' });
  await assert.rejects(resultOf(other), /\[not_found\]/);
  say('the other one does not exist for it');
});

/** The JSON of the result, which ends the stream of events. */
async function resultOf(events: AsyncIterable<CallToolResponse>): Promise<string> {
  for await (const { event } of events) if (event.case === 'result') return event.value.resultJson;
  throw new Error('no result');
}
