/** Agents of two machines talk in a channel; one loses its line, comes back, and gets what it has missed. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Client } from '@connectrpc/connect';
import type { ChannelMessage } from '../../gen/towline/v1/channel_pb.ts';
import { ChannelService } from '../../gen/towline/v1/channel_service_pb.ts';
import { eventually, say, story } from '../lib/story.ts';

type Channels = Client<typeof ChannelService>;

await story({ desk: {}, laptop: {} }, async ({ desk, laptop }) => {
  await laptop.join(desk);
  const ann = laptop.client(ChannelService, await laptop.token('--agent', 'ann'));
  const bob = desk.client(ChannelService, await desk.token('--agent', 'bob'));

  await desk.towline('channel', 'create', 'dev', '--group', 'home');
  for (const agent of [ann, bob]) await agent.joinChannel({ channel: 'dev' });
  say('the channel lives on the desk, which is the hub of the laptop too; ann and bob are members');

  const heard = await hear(
    ann,
    0n,
    (message) => message.text === 'two',
    async () => {
      await send(bob, 'one');
      await send(bob, 'two');
    },
  );
  const last = heard.at(-1)?.cursor ?? 0n;
  say(`ann on the laptop hears, as it is said: ${textsOf(heard)}`);

  await desk.stop('SIGKILL');
  await desk.start();
  await send(bob, 'three');
  await send(bob, 'four');
  const missed = await eventually('the laptop is back at its hub', () =>
    hear(ann, last, (message) => message.text === 'four').catch(() => undefined),
  );
  assert.equal(textsOf(missed), 'three, four');
  say(`the hub was killed and started; ann goes on behind message ${last}: ${textsOf(missed)}`);

  const requestId = randomBytes(16);
  const first = await ann.sendToChannel({ channel: 'dev', text: 'five', requestId });
  const again = await ann.sendToChannel({ channel: 'dev', text: 'five', requestId });
  assert.equal(first.cursor, again.cursor);
  const history = await laptop.towline('channel', 'history', 'dev');
  assert.equal(history.match(/five/g)?.length, 1);
  say('a send that is tried again with its request id makes one message');
});

function send(channels: Channels, text: string) {
  return channels.sendToChannel({ channel: 'dev', text, requestId: randomBytes(16) });
}

/** What is said behind a message, until one of them is the last; `meanwhile` runs once the subscription is open. */
async function hear(
  channels: Channels,
  cursor: bigint,
  isLast: (message: ChannelMessage) => boolean,
  meanwhile?: () => Promise<void>,
): Promise<ChannelMessage[]> {
  const said: ChannelMessage[] = [];
  const start = { case: 'after', value: { cursor } } as const;
  for await (const { event } of channels.subscribeChannel({ channel: 'dev', start })) {
    if (event.case === 'opened') await meanwhile?.();
    if (event.case !== 'messages') continue;
    said.push(...event.value.messages.filter(({ systemEvent }) => systemEvent === undefined || systemEvent === 0));
    if (event.value.messages.some(isLast)) break;
  }
  return said;
}

function textsOf(messages: readonly ChannelMessage[]): string {
  return messages.map(({ text }) => text).join(', ');
}
