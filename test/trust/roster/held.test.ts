import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/base/bytes.ts';
import { foundRoster } from '../../../src/trust/roster/edit.ts';
import { type HeldGroup, holdRoster, isRevoked, membersOf, takeRoster } from '../../../src/trust/roster/held.ts';
import type { VerifiedRoster } from '../../../src/trust/roster/roster.ts';
import { failing, newIdentity, newNodeId } from '../support.ts';
import { founded, memberOf, next, offered, T0 } from './support.ts';

const [ann, bob, cat] = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);

const aliases = (held: HeldGroup) => membersOf(held).map(({ alias }) => alias);
/** Ann and Bob own the group, Cat is in it. */
const team = () => {
  const held = founded(ann, memberOf(bob, 'bob'), memberOf(cat, 'cat'));
  return offered(
    held,
    next(held, ann, (draft) => draft.own(bob.nodeId)),
  );
};

describe('of two rosters of one group', () => {
  it('the higher version counts, and the lower changes nothing', () => {
    const old = team();
    const newer = next(old, bob, (draft) => draft.revoke(cat.nodeId));
    expect(takeRoster(old, newer, T0)).toMatchObject({ verdict: 'taken', held: { forks: [] } });
    const held = offered(old, newer);
    expect(takeRoster(held, old.roster, T0)).toEqual({ verdict: 'older', held });
    expect(takeRoster(held, newer, T0)).toEqual({ verdict: 'same', held });
    expect(aliases(held)).toEqual(['bob', 'founder']);
  });

  it('one that has expired, is far ahead, or is of another group is refused', () => {
    const held = holdRoster(
      'team',
      foundRoster(ann, 'team', [memberOf(ann, 'founder')], { nowMs: T0, lifetimeMs: 60_000 }),
      T0,
    );
    const newer = next(held, ann);
    expect(() => takeRoster(held, newer, T0 + 60_000)).toThrowError(failing('ROSTER_EXPIRED', 'clocks'));
    const far = { ...newer, body: { ...newer.body, version: 1_048_578n } };
    expect(() => takeRoster(held, far, T0)).toThrowError(failing('ROSTER_VERSION_JUMP'));
    expect(() => takeRoster(held, founded(bob).roster, T0)).toThrowError(failing('ROSTER_FOREIGN'));
    const otherName = foundRoster(ann, 'other', [memberOf(ann, 'founder')], { nowMs: T0 });
    expect(() => takeRoster(held, otherName, T0)).toThrowError(failing('ROSTER_FOREIGN'));
  });

  it('that exclude each other all nodes use the same one, and all report it', () => {
    const held = team();
    const left = next(held, ann, (draft) => draft.admit({ nodeId: newNodeId(), alias: 'dora' }));
    const right = next(held, bob, (draft) => draft.admit({ nodeId: newNodeId(), alias: 'emil' }));
    const [one, other] = [offered(held, left, right), offered(held, right, left)];
    expect(one.roster.hash).toEqual(other.roster.hash);
    for (const { forks } of [one, other]) expect(forks).toMatchObject([{ version: 3n }]);
    expect(takeRoster(one, left, T0).held.forks).toHaveLength(1);
  });

  it('a revocation counts even of the one that is not used, until an owner lets the key in again', () => {
    const held = team();
    const nodeId = newNodeId();
    const pair = [
      next(held, ann, (draft) => draft.revoke(cat.nodeId)),
      next(held, bob, (draft) => draft.admit({ nodeId, alias: 'dora' })),
    ] as const;
    const [ours, theirs] = pair;
    for (const node of [offered(held, ours, theirs), offered(held, theirs, ours)]) {
      expect(isRevoked(node, cat.nodeId)).toBe(true);
      expect(aliases(node)).not.toContain('cat');
      const healed = offered(node, next(node, bob));
      expect(healed.roster.body.revocations.map((one) => toHex(one.nodeId))).toEqual([toHex(cat.nodeId)]);
      // Another owner who never saw the revocation does not bring the key back by a later version.
      const unaware = offered(held, theirs);
      expect(aliases(offered(node, next(unaware, bob)))).not.toContain('cat');
      const back = offered(
        healed,
        next(healed, ann, (draft) => draft.admit(memberOf(cat, 'cat'))),
      );
      expect(aliases(back)).toContain('cat');
    }
  });

  it('a fork shows too when only the version after it arrives', () => {
    const held = team();
    const left = next(held, ann, (draft) => draft.admit({ nodeId: newNodeId(), alias: 'dora' }));
    const right = next(held, bob, (draft) => draft.admit({ nodeId: newNodeId(), alias: 'emil' }));
    const onRight = next(offered(held, right), bob);
    const seen = offered(held, left, onRight);
    expect(seen.forks).toMatchObject([{ version: 3n, usedHash: right.hash, otherHash: left.hash }]);
  });
});

describe('two owners at odds', () => {
  it('end with what the one who stands before wants, in whatever order it arrives', () => {
    const held = team();
    const against = next(held, ann, (draft) => draft.revoke(bob.nodeId));
    const takeover = offered(
      held,
      next(held, bob, (draft) => draft.own(cat.nodeId)),
    );
    const more = next(takeover, cat, (draft) => draft.admit({ nodeId: newNodeId(), alias: 'mole' }));
    const all = [against, takeover.roster, more];
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: 3 }), (order: VerifiedRoster[]) => {
        const end = offered(held, ...order);
        expect(end.roster.hash).toEqual(against.hash);
        expect(aliases(end)).toEqual(['cat', 'founder']);
        expect(end.forks.length).toBeGreaterThan(0);
      }),
    );
  });

  it('an owner who was removed cannot go on, however high the version that it signs', () => {
    const held = team();
    const out = offered(
      held,
      next(held, ann, (draft) => draft.revoke(bob.nodeId)),
    );
    let alone = held;
    for (let n = 0; n < 5; n++) {
      alone = offered(
        alone,
        next(alone, bob, (draft) => draft.admit({ nodeId: newNodeId(), alias: `mole${n}` })),
      );
    }
    expect(takeRoster(out, alone.roster, T0)).toMatchObject({ verdict: 'older' });
    expect(aliases(offered(out, alone.roster))).toEqual(['cat', 'founder']);
    // A node that saw nothing but the removed owner's rosters is put right by the founder's.
    expect(aliases(offered(alone, out.roster))).toEqual(['cat', 'founder']);
  });

  it('a key that gave its ownership up, and is stolen later, changes nothing where that is known', () => {
    const held = team();
    const last = offered(
      held,
      next(held, ann, (draft) => draft.disown(ann.nodeId)),
    );
    expect(last.roster.chain.owners).toEqual([bob.nodeId, ann.nodeId]);
    const resigned = offered(
      last,
      next(last, bob, (draft) => draft.disown(ann.nodeId)),
    );
    expect(resigned.roster.chain.owners).toEqual([bob.nodeId]);
    let thief = held;
    for (let n = 0; n < 3; n++) {
      thief = offered(
        thief,
        next(thief, ann, (draft) => draft.own(n % 2 === 0 ? cat.nodeId : bob.nodeId)),
      );
    }
    const early = founded(ann, memberOf(bob, 'bob'), memberOf(cat, 'cat'));
    const rewritten = next(early, ann, (draft) => draft.own(cat.nodeId));
    for (const roster of [thief.roster, rewritten]) {
      expect(takeRoster(resigned, roster, T0).verdict).toBe('older');
      // And who saw the thief's first is put right, while it has not signed itself out there too.
      expect(offered(thief, resigned.roster).roster.hash).toEqual(resigned.roster.hash);
    }
  });

  it('an owner whom the other revoked cannot sign itself back in', () => {
    const held = team();
    const dora = newNodeId();
    // Ann puts Cat out while Bob makes Cat an owner: Bob's chain is longer, and Ann's revocation stays.
    const owned = offered(
      held,
      next(held, bob, (draft) => draft.own(cat.nodeId)),
    );
    const seen = offered(
      held,
      next(held, ann, (draft) => draft.revoke(cat.nodeId)),
      owned.roster,
    );
    expect(seen.roster.chain.owners).toContainEqual(cat.nodeId);
    expect(aliases(seen)).not.toContain('cat');
    const own = next(owned, cat, (draft) => {
      draft.revoke(dora);
      draft.admit({ nodeId: dora, alias: 'dora' });
    });
    expect(() => takeRoster(seen, own, T0)).toThrowError(failing('ROSTER_SIGNER'));
  });

  it('an owner who fills the chain of changes can be removed all the same', () => {
    let full = team();
    for (let n = full.roster.chain.links.length; n < 64; n++) {
      const isIn = full.roster.chain.owners.length === 3;
      full = offered(
        full,
        next(full, bob, (draft) => (isIn ? draft.disown(cat.nodeId) : draft.own(cat.nodeId))),
      );
    }
    expect(() => next(full, bob, (draft) => draft.disown(cat.nodeId))).toThrowError(failing('GROUP_FULL'));
    const out = next(full, ann, (draft) => draft.revoke(bob.nodeId));
    expect(out.chain.owners).not.toContainEqual(bob.nodeId);
    for (const node of [full, team()]) expect(aliases(offered(node, out))).not.toContain('bob');
    expect(takeRoster(offered(full, out), full.roster, T0).verdict).toBe('older');
  });
});
