// An MCP client whose user answers for the owner of the node, with real approvals behind it.
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { ApprovalService } from '../../../../gen/towline/v1/approval_service_pb.ts';
import { AskedHere } from '../../../../src/services/approval/asked.ts';
import { createApprovalService } from '../../../../src/services/approval/service.ts';
import { agent, question, self, start } from '../../../services/approval/support.ts';
import { envelope, type Message, StdioDoor } from './doors.ts';
import { FakeMesh } from './fake-mesh.ts';

async function openDoor(capabilities: object = { elicitation: {} }) {
  const desk = await start({ approvers: ['self'] });
  const forward = () => Promise.reject(new Error('nothing is elsewhere'));
  const service = createApprovalService({
    approvals: desk.approvals,
    asked: new AskedHere(desk.approvals.changes),
    forward,
  });
  const transport = createRouterTransport((router) => router.service(ApprovalService, service));
  const approver = { approvals: createClient(ApprovalService, transport), agent: 'claude' };
  const door = new StdioDoor(new FakeMesh(), { approver });
  await door.initialize('2025-11-25', capabilities);
  const answer = ({ id }: Message, result: object) => door.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
  return { desk, door, answer, [Symbol.asyncDispose]: () => door[Symbol.asyncDispose]() };
}

describe('a client that is an approver', () => {
  it.each([
    [
      { action: 'accept', content: { decision: 'approve' } },
      { granted: true, reason: 'APPROVED' },
    ],
    [
      { action: 'accept', content: { decision: 'deny', comment: 'no!' } },
      { granted: false, comment: 'no!' },
    ],
    [{ action: 'decline' }, { granted: false, reason: 'DENIED' }],
  ])('puts the question to its user, whose answer %j counts', async (said, expected) => {
    await using session = await openDoor();
    const { desk, door, answer } = session;
    const asked = desk.ask(question('{"path":"/etc/\u202e"}'));
    const request = await door.message();
    expect(request).toMatchObject({
      method: 'elicitation/create',
      params: { requestedSchema: { properties: { decision: { enum: ['deny', 'approve'] } } } },
    });
    expect(request.params?.['message']).toContain('worker on bob wants to use fs/write on this node. (rule writes)');
    expect(request.params?.['message']).toContain('Arguments: {"path":"/etc/\\u202e"}');
    answer(request, said);
    expect(await asked).toMatchObject(expected);
  });

  it('is told when somebody else has answered; what its user says then has no effect', async () => {
    await using session = await openDoor();
    const { desk, door, answer } = session;
    const asked = desk.ask();
    const request = await door.message();
    await desk.decide(self(), await desk.raised());
    expect(await door.message()).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: request.id },
    });
    answer(request, { action: 'accept', content: { decision: 'deny' } });
    expect((await asked).granted).toBe(true);
  });

  it('is not asked about what it asks itself; its sibling is', async () => {
    await using session = await openDoor();
    const { desk, door, answer } = session;
    const stop = new AbortController();
    const own = desk.ask(question('{"own":1}', { principal: agent('claude') }), { signal: stop.signal });
    await desk.raised();
    const sibling = desk.ask(question('{"other":1}', { principal: agent('codex') }));
    const request = await door.message();
    expect(request.params?.['message']).toContain('agent codex');
    answer(request, { action: 'accept', content: { decision: 'approve' } });
    expect((await sibling).granted).toBe(true);
    stop.abort();
    expect((await own).granted).toBe(false);
  });

  it('leaves a dialog that was closed, or an answer that makes no sense, to others', async () => {
    await using session = await openDoor();
    const { desk, door, answer } = session;
    const asked = desk.ask();
    const request = await door.message();
    answer(request, { action: 'accept', content: { decision: 'maybe' } });
    answer({ ...request, id: 'towline-99' }, { action: 'accept', content: { decision: 'approve' } });
    door.send('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    expect(await door.message()).toMatchObject({ id: 1, result: {} });
    expect(desk.approvals.pending(self())).toHaveLength(1);
    await desk.decide(self(), await desk.raised());
    expect((await asked).granted).toBe(true);
  });

  it('says that a long question is not shown as a whole', async () => {
    await using session = await openDoor();
    const { desk, door, answer } = session;
    const asked = desk.ask(question(`{"text":"${'x'.repeat(5_000)}"}`));
    const request = await door.message();
    expect(request.params?.['message']).toContain('This is NOT ALL of the 5011 bytes');
    answer(request, { action: 'decline' });
    await asked;
  });

  it('speaks only revisions in which a client can be asked', async () => {
    await using session = await openDoor();
    const { door } = session;
    door.send(`{"jsonrpc":"2.0","id":7,"method":"server/discover","params":{"_meta":${envelope()}}}`);
    expect(await door.message()).toMatchObject({ id: 7, error: { code: -32601 } });
  });

  it('that cannot ask its user is not asked', async () => {
    await using session = await openDoor({});
    const { desk, door } = session;
    const asked = desk.ask();
    const shown = await desk.raised();
    door.send('{"jsonrpc":"2.0","id":1,"method":"ping"}');
    expect(await door.message()).toMatchObject({ id: 1 });
    await desk.decide(self(), shown);
    await asked;
  });
});
