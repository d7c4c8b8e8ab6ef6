import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../src/base/bytes.ts';
import { Draft } from '../../../src/trust/roster/edit.ts';
import { type HeldGroup, memberInForce, takeRoster } from '../../../src/trust/roster/held.ts';
import { memberWithKey, noSuccessions, outdatedMembers } from '../../../src/trust/roster/successions.ts';
import { createRotation } from '../../../src/trust/rotation.ts';
import { failing, newIdentity } from '../support.ts';
import { founded, memberOf, next, offered, T0 } from './support.ts';

const owner = await newIdentity();
const member = await newIdentity();
const successor = await newIdentity();
const thief = await newIdentity();

const held = founded(owner, memberOf(member, 'member'));

/** What an owner signs when its key changes. */
function inherited(from: HeldGroup) {
  const draft = new Draft(from, successor, T0, owner);
  draft.succeed(owner.nodeId, successor.nodeId, [createRotation(owner, successor)]);
  return draft.sign();
}

describe('an owner with a new key', () => {
  it('is taken for the owner by every member, and its old key is out', () => {
    const after = offered(held, inherited(held));
    expect(after.roster.chain.owners).toEqual([successor.nodeId]);
    expect(memberInForce(after, successor.nodeId)?.alias).toBe('founder');
    expect(memberInForce(after, owner.nodeId)).toBeUndefined();
    const later = offered(
      after,
      next(after, successor, (draft) => draft.revoke(member.nodeId)),
    );
    expect(memberInForce(later, member.nodeId)).toBeUndefined();
  });

  it('what the old key signs afterwards changes nothing, whoever it names', () => {
    const after = offered(held, inherited(held));
    const stolen = new Draft(held, thief, T0, owner);
    stolen.succeed(owner.nodeId, thief.nodeId, []);
    const fork = next(held, owner, (draft) => draft.revoke(member.nodeId));
    expect(takeRoster(after, stolen.sign(), T0).held.roster).toBe(after.roster);
    expect(offered(after, fork).roster).toBe(after.roster);
    expect(memberInForce(offered(after, fork), member.nodeId)).toBeDefined();
  });
});

describe('a member with a new key', () => {
  const known = {
    ...noSuccessions,
    latest: (nodeId: Uint8Array) => (equalBytes(nodeId, member.nodeId) ? successor.nodeId : nodeId),
    before: (nodeId: Uint8Array) => (equalBytes(nodeId, successor.nodeId) ? [member.nodeId] : []),
  };

  it('is the member already before the roster says so', () => {
    expect(memberWithKey(held, successor.nodeId, known)?.alias).toBe('member');
    expect(memberWithKey(held, thief.nodeId, known)).toBeUndefined();
  });

  it('is signed by an owner, with the proof; what was known of it stays', () => {
    const [outdated] = outdatedMembers(held, known);
    expect(outdated?.nodeId).toEqual(member.nodeId);
    const rotation = createRotation(member, successor);
    const after = offered(
      held,
      next(held, owner, (draft) => draft.succeed(member.nodeId, successor.nodeId, [rotation])),
    );
    expect(memberInForce(after, successor.nodeId)).toMatchObject({ alias: 'member', rotations: [rotation] });
    expect(memberInForce(after, member.nodeId)).toBeUndefined();
    expect(outdatedMembers(after, known)).toEqual([]);
  });

  it('cannot be named by somebody who is no owner', () => {
    const draft = new Draft(held, thief, T0, thief);
    draft.succeed(member.nodeId, thief.nodeId, []);
    expect(() => draft.sign()).toThrow(expect.objectContaining({ reason: 'ROSTER_SIGNER' }) as Error);
    const stranger = new Draft(held, successor, T0, thief);
    stranger.succeed(owner.nodeId, successor.nodeId, []);
    let reason: unknown;
    try {
      stranger.sign();
    } catch (error) {
      reason = error;
    }
    expect(reason).toEqual(failing('ROSTER_CHAIN_BROKEN'));
  });
});
