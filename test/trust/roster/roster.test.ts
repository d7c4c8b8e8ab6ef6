import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { type Roster, RosterRevocationSchema, SignedRosterSchema } from '../../../gen/towline/v1/roster_pb.ts';
import { readOwnerChain, signOwners } from '../../../src/trust/roster/owners.ts';
import { verifyRoster } from '../../../src/trust/roster/roster.ts';
import { failing, newIdentity, newNodeId } from '../support.ts';
import { founded, memberOf, next, offered, rosterOf, signedAsItIs, T0 } from './support.ts';

const [ann, bob, eve] = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);

const refusal = (roster: Roster, signer = ann) => {
  try {
    return verifyRoster(signedAsItIs(signer, roster));
  } catch (error) {
    return error;
  }
};
const invalid = (text: string) =>
  expect.objectContaining({ reason: 'ROSTER_INVALID', message: expect.stringContaining(text) });

describe('a roster', () => {
  it('is verified from the founder’s key on, through every change of owners', () => {
    const held = founded(ann, memberOf(bob, 'bob'));
    const owned = offered(
      held,
      next(held, ann, (draft) => draft.own(bob.nodeId)),
    );
    const byBob = next(owned, bob, (draft) => draft.admit({ nodeId: newNodeId(), alias: 'carl' }));
    expect(verifyRoster(byBob.signed)).toMatchObject({
      body: { version: 3n, members: { length: 3 } },
      hash: byBob.hash,
    });
    expect(byBob.chain.owners).toEqual([ann.nodeId, bob.nodeId]);
  });

  it('keeps its bytes, whatever becomes of the buffer that they came in', () => {
    const { signed } = founded(ann).roster;
    const buffer = Buffer.from(signed.body);
    const { signed: kept } = verifyRoster({ ...signed, body: buffer });
    buffer.fill(0);
    expect(kept.body).toEqual(signed.body);
  });

  it('with a changed byte, or signed for another purpose, is refused', () => {
    const { signed } = founded(ann).roster;
    for (const at of [0, 40, signed.body.length - 1]) {
      const body = signed.body.slice();
      body[at] = (body[at] ?? 0) ^ 1;
      expect(() => verifyRoster({ ...signed, body })).toThrowError(failing('ROSTER_INVALID'));
    }
    const signature = ann.sign('towline-invite-v1', signed.body);
    expect(() => verifyRoster({ ...signed, signature })).toThrow('its signature is wrong');
  });

  it('signed by a member, a stranger, or another group’s owner is refused', () => {
    const held = founded(ann, memberOf(bob, 'bob'));
    for (const signer of [bob, eve]) expect(refusal(held.roster.body, signer)).toEqual(failing('ROSTER_SIGNER'));
    const name = create(SignedRosterSchema, { ...held.roster.signed, signerId: eve.nodeId });
    expect(() => verifyRoster(name)).toThrowError(failing('ROSTER_SIGNER'));
  });

  it('with a change of owners missing, foreign, or by nobody who might, is refused', () => {
    const held = founded(ann, memberOf(bob, 'bob'), memberOf(eve, 'eve'));
    const one = offered(
      held,
      next(held, ann, (draft) => draft.own(bob.nodeId)),
    );
    const two = next(one, bob, (draft) => draft.own(eve.nodeId));
    const [first, second] = two.body.ownerChanges;
    const chain = { links: [], owners: [ann.nodeId] };
    const foreign = signOwners(ann, { group: 'other', groupId: ann.nodeId }, chain, [ann.nodeId, bob.nodeId], T0);
    for (const ownerChanges of [[second], [foreign], [second, first], [first && { ...first, signerId: eve.nodeId }]]) {
      const roster = { ...two.body, ownerChanges: ownerChanges.filter((change) => change !== undefined) };
      expect(refusal(roster, bob)).toEqual(failing('ROSTER_CHAIN_BROKEN'));
    }
    const forged = { ...two.body, ownerChanges: [] };
    expect(refusal(forged, eve)).toEqual(failing('ROSTER_SIGNER'));
  });

  it('in which an owner removes one who stands before it is refused', () => {
    const held = founded(ann, memberOf(bob, 'bob'));
    const one = offered(
      held,
      next(held, ann, (draft) => draft.own(bob.nodeId)),
    );
    expect(() => next(one, bob, (draft) => draft.revoke(ann.nodeId))).toThrowError(failing('OWNER_SENIOR'));
    const group = { group: 'team', groupId: ann.nodeId };
    const pretend = { ...one.roster.chain, owners: [bob.nodeId, ann.nodeId] };
    const coup = signOwners(bob, group, pretend, [bob.nodeId], T0);
    expect(() => readOwnerChain(group, [...one.roster.body.ownerChanges, coup])).toThrow(
      failing('OWNER_SENIOR') as Error,
    );
  });

  it('that breaks a rule between its parts is refused, and says which', () => {
    const base = rosterOf(ann, 2);
    const [founder, one, two] = base.members;
    if (!founder || !one || !two) throw new Error('there are three');
    const revocation = create(RosterRevocationSchema, { nodeId: one.nodeId, version: 1n });
    const cases: [Partial<Roster>, string][] = [
      [{ members: [founder, one, { ...two, alias: one.alias }] }, 'two keys have the alias "m0"'],
      [{ members: [founder, one, { ...two, nodeId: one.nodeId }] }, 'is there twice'],
      [{ members: [founder, { ...one, nodeId: new Uint8Array(32) }] }, 'no key'],
      [{ members: [founder, { ...one, nodeId: one.nodeId.slice(1) }] }, 'no key'],
      [{ members: [founder, { ...one, alias: 'self' }] }, 'alias'],
      [{ members: [founder, { ...one, alias: '../x' }] }, 'alias'],
      [{ members: [founder, { ...one, role: 'A B' }] }, 'role'],
      [{ members: [founder, { ...one, addresses: Array(17).fill('h:1') }] }, 'too many addresses'],
      [{ members: [founder, { ...one, sinceVersion: 2n }] }, 'to come'],
      [{ members: [one, two] }, 'an owner is no member'],
      [{ members: [] }, 'no members'],
      [{ revocations: [revocation] }, 'a member and revoked'],
      [{ revocations: [{ ...revocation, version: 2n }] }, 'to come'],
      [{ members: [founder], revocations: [revocation, revocation] }, 'twice'],
      [{ version: 0n }, 'version'],
      [{ version: 2n }, 'before'],
      [{ version: 2n ** 60n, previousHash: new Uint8Array(32) }, 'version'],
      [{ group: 'No' }, 'name'],
      [{ expireTime: timestampFromMs(T0 - 1) }, 'ends before'],
    ];
    for (const [change, text] of cases) expect([text, refusal({ ...base, ...change })]).toEqual([text, invalid(text)]);
    expect(refusal({ ...base, createTime: undefined as never })).toEqual(invalid('when it was signed'));
  });

  it('of 100,000 members is refused before much is read', () => {
    const base = rosterOf(ann, 0);
    const member = base.members[0];
    const members = Array(100_000).fill(member);
    expect(refusal({ ...base, members })).toEqual(failing('ROSTER_TOO_LARGE'));
  });

  it('of two million empty members, in four megabytes, is refused before they take memory', () => {
    const body = Buffer.alloc(4 * 1024 * 1024, Uint8Array.of(0x32, 0x00));
    const signed = create(SignedRosterSchema, {
      body,
      signerId: eve.nodeId,
      signature: eve.sign('towline-roster-v1', body),
    });
    const before = process.memoryUsage().heapUsed;
    expect(() => verifyRoster(signed)).toThrowError(failing('ROSTER_TOO_LARGE'));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });
});
