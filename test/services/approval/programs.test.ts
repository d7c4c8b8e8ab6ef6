import { describe, expect, it } from 'vitest';
import type { ApprovalDecider, ApprovalDecision } from '../../../gen/towline/v1/approval_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { deciderOf } from '../../../src/services/approval/approver-service.ts';
import { parseScope } from '../../../src/trust/scope.ts';
import { agent, by, byToken, type Desk, no, owner, peer, program, question, start, yes } from './support.ts';

const scoped = (...scopes: string[]) => ({ ...program('pager'), scopes: scopes.map(parseScope) });
const reason = (run: () => unknown) => {
  try {
    run();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
};

const answer = async (desk: Desk, decider: ApprovalDecider, decision: ApprovalDecision) =>
  desk.decide(decider, await desk.raised(), decision);

describe('a program that the owner has as an approver', () => {
  it('lets a call run, and denies one', async () => {
    const desk = await start({ approvers: ['token:pager'] });
    const granted = desk.ask();
    await answer(desk, byToken('pager'), yes);
    expect(await granted).toMatchObject({ granted: true, decidedBy: ['token:pager'] });
    const denied = desk.ask(question('{"path":"/"}'));
    await answer(desk, byToken('pager'), no);
    expect(await denied).toMatchObject({ granted: false, reason: 'DENIED' });
  });

  it('is one of a quorum, and not two', async () => {
    const desk = await start({ approvers: ['phone', 'token:pager'], required: ['token:pager'], quorum: 2 });
    const granted = desk.ask();
    expect(await answer(desk, byToken('pager'), yes)).toMatchObject({ missing: ['1 more'] });
    expect(await answer(desk, byToken('pager'), yes)).toMatchObject({ missing: ['1 more'] });
    await answer(desk, by('phone'), yes);
    expect(await granted).toMatchObject({ granted: true });
  });

  it('decides nothing that it asks itself, or that another is asked', async () => {
    const desk = await start({ approvers: ['token:pager'] });
    expect(await desk.ask(question('{}', { principal: program('pager') }))).toMatchObject({ reason: 'NO_APPROVER' });
    void desk.ask();
    for (const other of [byToken('robot'), by('phone')]) {
      await expect(answer(desk, other, yes)).rejects.toSatisfy((error) => reasonOf(error) === 'NOT_APPROVER');
    }
  });

  it('is nobody without a token', async () => {
    const desk = await start({ approvers: ['token:nobody'] });
    expect(await desk.ask()).toMatchObject({ granted: false, reason: 'NO_APPROVER' });
  });

  it('is told from others by the scope that its token names', () => {
    expect(deciderOf(scoped('uplink:attach', 'approvals:decide'))).toMatchObject({ name: 'token:pager' });
    expect(deciderOf(scoped('approvals'))).toMatchObject({ name: 'token:pager' });
    const others = [
      program('pager'),
      scoped('uplink:attach'),
      owner,
      { ...agent('pager'), scopes: scoped('approvals').scopes },
    ];
    for (const other of others) expect(reason(() => deciderOf(other))).toBe('APPROVERS_ONLY');
    expect(deciderOf(peer('phone'))).toMatchObject({ name: 'phone' });
  });
});
