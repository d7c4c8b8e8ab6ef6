/** Rules for a tool, a person on a third machine who is asked, a grant that spares the next question, and the record. */
import assert from 'node:assert/strict';
import { harbourConfig } from '../lib/harbour-server.ts';
import type { StoryNode } from '../lib/node.ts';
import { eventually, say, story } from '../lib/story.ts';

const config = `${harbourConfig('home')}
approvals: {approvers: [phone], wait: 60s}
policy:
  rules:
    - {name: not-the-ferry, effect: deny, tools: [harbour/move], when: 'args.ship == "Ferry"'}
    - {name: moves-are-asked, effect: ask, tools: [harbour/move]}
`;

interface Question {
  readonly approvalId: string;
  readonly argumentsText: string;
}

await story({ desk: { config }, laptop: {}, phone: {} }, async ({ desk, laptop, phone }) => {
  await laptop.join(desk);
  await phone.join(desk);
  const move = (ship: string) => laptop.towline('call', 'desk/harbour/move', `ship=${ship}`);

  const may = (ship: string) =>
    desk.towline('policy', 'test', '--as', 'peer:laptop', '--tool', 'harbour/move', '--args', `{"ship":"${ship}"}`);
  assert.match(await may('Ferry'), /deny.*not-the-ferry/s);
  assert.match(await may('Ariel'), /ask.*moves-are-asked/s);
  say('towline policy test says what the rules would do');

  await assert.rejects(move('Ferry'), /POLICY_DENIED/);
  say('the laptop may not move the ferry');

  const first = move('Ariel');
  const question = await asked(phone);
  assert.equal(question.argumentsText, '{"ship":"Ariel"}');
  await phone.towline('approvals', 'approve', hex(question), '--yes');
  assert.match(await first, /Ariel has moved/);
  say('the phone is asked about the Ariel, with the exact arguments; its yes lets that call run');

  const second = assert.rejects(move('Bounty'), /not today/);
  await phone.towline('approvals', 'deny', hex(await asked(phone)), '--comment', 'not today');
  await second;
  say('its no refuses the next one');

  const third = move('Bounty');
  await phone.towline('approvals', 'always', hex(await asked(phone)), '--for', '1h', '--yes');
  assert.match(await third, /Bounty has moved/);
  assert.match(await move('Ariel'), /Ariel has moved/);
  await assert.rejects(move('Ferry'), /POLICY_DENIED/);
  say('always writes a grant: no more questions for an hour; what the policy denies stays denied');

  assert.match(await desk.towline('grants', 'list'), /move/);
  assert.match(await desk.towline('audit', 'query', '--kind', 'approval'), /denied/);
  await desk.towline('audit', 'verify');
  say('all of it is on record: towline audit verify finds the log whole');
});

/** The question that waits on a node. */
function asked(node: StoryNode): Promise<Question> {
  return eventually(`${node.name} is asked`, async () => {
    const { approvals } = await node.json<{ approvals: Question[] }>('approvals');
    return approvals[0];
  });
}

function hex({ approvalId }: Question): string {
  return Buffer.from(approvalId, 'base64').toString('hex');
}
