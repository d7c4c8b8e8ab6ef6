// Groups for the tests of rosters.
import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type Roster, RosterSchema, type SignedRoster, SignedRosterSchema } from '../../../gen/towline/v1/roster_pb.ts';
import type { Identity } from '../../../src/trust/identity.ts';
import { Draft, foundRoster, type NewMember } from '../../../src/trust/roster/edit.ts';
import { type HeldGroup, holdRoster, takeRoster } from '../../../src/trust/roster/held.ts';
import type { VerifiedRoster } from '../../../src/trust/roster/roster.ts';
import { newNodeId } from '../support.ts';

export const T0 = Date.UTC(2026, 0, 1);

export function memberOf(identity: { readonly nodeId: Uint8Array }, alias: string): NewMember {
  return { nodeId: identity.nodeId, alias };
}

/** A group `team`, as its founder holds it. */
export function founded(founder: Identity, ...others: NewMember[]): HeldGroup {
  const members = [memberOf(founder, 'founder'), ...others];
  return holdRoster('team', foundRoster(founder, 'team', members, { nowMs: T0 }), T0);
}

/** The next version, as `signer` makes it from what is held. */
export function next(
  held: HeldGroup,
  signer: Identity,
  change: (draft: Draft) => void = () => undefined,
  nowMs = T0,
): VerifiedRoster {
  const draft = new Draft(held, signer, nowMs);
  change(draft);
  return draft.sign();
}

/** What is held after it was offered these, in this order. */
export function offered(held: HeldGroup, ...rosters: VerifiedRoster[]): HeldGroup {
  return rosters.reduce((now, roster) => takeRoster(now, roster, T0).held, held);
}

/** Signs whatever it is, as an owner with a program of its own could. */
export function signedAsItIs(signer: Identity, roster: Roster): SignedRoster {
  const body = toBinary(RosterSchema, roster);
  return create(SignedRosterSchema, {
    body,
    signerId: signer.nodeId,
    signature: signer.sign('towline-roster-v1', body),
  });
}

/** A first roster with `count` members beside the founder. */
export function rosterOf(founder: Identity, count: number): Roster {
  const others = Array.from({ length: count }, (_, n) => ({ nodeId: newNodeId(), alias: `m${n}`, sinceVersion: 1n }));
  return create(RosterSchema, {
    group: 'team',
    groupId: founder.nodeId,
    version: 1n,
    members: [{ nodeId: founder.nodeId, alias: 'founder', sinceVersion: 1n }, ...others],
    createTime: timestampFromMs(T0),
  });
}
