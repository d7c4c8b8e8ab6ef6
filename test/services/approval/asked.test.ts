import { afterEach, describe, expect, it } from 'vitest';
import { type Approval, ApprovalState } from '../../../gen/towline/v1/approval_pb.ts';
import { Broadcast } from '../../../src/base/broadcast.ts';
import { toHex } from '../../../src/base/bytes.ts';
import { AskedHere } from '../../../src/services/approval/asked.ts';
import { draftOf } from '../../../src/services/approval/draft.ts';
import { keys, question } from './support.ts';

const changes = new Broadcast<string>();
afterEach(() => changes.close());

/** A question of `watch`, as its node tells of it. */
const told = (text = '{"path":"/etc"}', more: Partial<Approval> = {}): Approval => ({
  ...draftOf(question(text), keys.watch, 60_000, Date.now()),
  remainingMs: 60_000,
  ...more,
});

describe('what a peer asks', () => {
  it('is shown, with its own time', () => {
    const asked = new AskedHere(changes);
    const approval = told();
    expect(asked.take(keys.watch, 'watch', approval)).toBe(true);
    expect(asked.list()).toMatchObject([{ approvalId: approval.approvalId, remainingMs: expect.any(Number) }]);
    expect(asked.match(approval.approvalId, approval.binding)).toBeDefined();
    expect(asked.match(approval.approvalId, new Uint8Array(32))).toBeUndefined();
    asked.lose(keys.watch);
    expect(asked.list()).toEqual([]);
  });

  it.each([
    ['in the name of another node', keys.eve, told()],
    ['with arguments that are not those bound', keys.watch, told('{}', { argumentsText: '{"path":"/tmp"}' })],
    ['of another tool than the bound one', keys.watch, told('{}', { verb: 'state.get' })],
    ['with an asker that is not the bound one', keys.watch, told('{}', { asker: told().asker && undefined })],
    ['with too long a view', keys.watch, told('{}', { argumentsText: 'x'.repeat(65_537), argumentsTruncated: true })],
    ['with an id that is none', keys.watch, told('{}', { approvalId: new Uint8Array(3) })],
  ])('is not shown if it comes %s', (_, peer, approval) => {
    expect(new AskedHere(changes).take(peer, 'desk', approval as Approval)).toBe(false);
  });

  it('never takes the place of what another peer asks', () => {
    const asked = new AskedHere(changes);
    const approval = told();
    const copy = { ...draftOf(question(), keys.eve, 60_000, Date.now()), approvalId: approval.approvalId };
    expect(asked.take(keys.eve, 'eve', copy)).toBe(true);
    expect(asked.take(keys.watch, 'watch', approval)).toBe(true);
    expect(asked.match(approval.approvalId, approval.binding)?.nodeId).toEqual(keys.watch);
    expect(asked.list().map(({ approvalId }) => toHex(approvalId))).toHaveLength(2);
  });

  it('is no more than 64 questions; those that have ended make room', () => {
    const asked = new AskedHere(changes);
    const first = told();
    for (let n = 0; n < 64; n++)
      expect(asked.take(keys.watch, 'watch', n === 0 ? first : told(`{"n":${n}}`))).toBe(true);
    expect(asked.take(keys.watch, 'watch', told('{"n":64}'))).toBe(false);
    expect(asked.take(keys.watch, 'watch', { ...first, state: ApprovalState.DENIED, remainingMs: 0 })).toBe(true);
    expect(asked.take(keys.watch, 'watch', told('{"n":65}'))).toBe(true);
    expect(asked.list()).toHaveLength(64);
  });
});
