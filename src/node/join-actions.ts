/** What JoinService does on this node. */

import type { InviteBody } from '../../gen/towline/v1/invite_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { JoinActions } from '../services/join/service.ts';
import { mayBeLearnt } from '../trust/address.ts';
import type { AddressBook } from '../trust/address-book.ts';
import type { Identity } from '../trust/identity.ts';
import { verifyInvite } from '../trust/invite.ts';
import type { Invites } from '../trust/invites.ts';
import type { Keyring } from '../trust/keyring.ts';
import { aliasTakenError } from '../trust/keyring-entries.ts';
import { formatNodeId } from '../trust/node-id.ts';
import { type HeldGroup, membersOf } from '../trust/roster/held.ts';
import { groupUnknown, memberAliasTaken } from '../trust/roster/problems.ts';
import type { Rosters } from '../trust/rosters.ts';
import type { HubChoice } from './hub/choice.ts';
import { checkNotSelf } from './own-key.ts';

export interface JoinParts {
  readonly identity: Identity;
  readonly invites: Invites;
  readonly keyring: Keyring;
  readonly rosters: Rosters;
  readonly book: AddressBook;
  readonly hubs: Pick<HubChoice, 'hubForJoiners' | 'joinedHere'>;
  readonly nodeName: string;
  readonly log: Log;
  /** A key was added, and its addresses learnt. */
  readonly onTrust: (nodeId: Uint8Array) => Promise<void>;
}

export function createJoinActions(parts: JoinParts): JoinActions {
  const { identity, invites, keyring, rosters, book, hubs, nodeName, log, onTrust } = parts;

  /** The group with the roster that an invite is for; nothing for a group without. */
  function rosterOf({ group, groupId }: InviteBody): HeldGroup | undefined {
    if (groupId.length === 0) return undefined;
    const held = rosters.find({ group, groupId });
    if (!held) throw groupUnknown(group);
    return rosters.owned(held.name);
  }

  return {
    nodeName,
    log,
    verify({ invite }) {
      const body = verifyInvite(invite as NonNullable<typeof invite>, { inviterId: identity.nodeId });
      // An invite of the time before the roster would let a key in that no other member knows.
      if (!rosterOf(body) && rosters.has(body.group)) throw inviteOld(body.group);
      return body;
    },
    redeem: async (invite, nodeId) => {
      const held = rosterOf(invite);
      const { again } = await invites.redeem(invite.inviteId, nodeId);
      // Asking again is for lost answers. A key that was removed since does not come back by its old invite.
      const isIn = held ? rosters.member(held, nodeId) : keyring.byId(nodeId);
      if (again && !isIn) throw inviteUsed();
    },
    checkAlias(invite, nodeId, alias) {
      checkNotSelf(identity, nodeId);
      const holder = keyring.byAlias(alias);
      if (holder && keyring.byId(nodeId) !== holder) throw aliasTakenError(holder);
      const held = rosterOf(invite);
      const member = held && membersOf(held).find((one) => one.alias === alias);
      if (held && member && !equalBytes(member.nodeId, nodeId)) {
        throw memberAliasTaken(held.name, alias, formatNodeId(member.nodeId));
      }
    },
    async trust(invite, nodeId, alias, addresses) {
      const held = rosterOf(invite);
      const learnt = addresses.filter(mayBeLearnt);
      if (!held) {
        const wanted = keyring.byId(nodeId)?.alias ?? alias;
        await keyring.add({ nodeId, group: invite.group, alias: wanted });
      }
      const joined =
        held &&
        (await rosters.edit(held.name, (draft, now) => {
          draft.admit({ nodeId, alias: rosters.member(now, nodeId)?.alias ?? alias, addresses: learnt });
        }));
      await book.learn(nodeId, learnt, 'invite');
      await onTrust(nodeId);
      await hubs.joinedHere();
      const hubId = hubs.hubForJoiners();
      const known = joined && rosters.member(joined, nodeId);
      if (joined && known) return { alias: known.alias, roster: joined.roster.signed, hubId };
      return { alias: keyring.byId(nodeId)?.alias ?? alias, hubId };
    },
  };
}

function inviteUsed(): LocalError {
  return new LocalError('INVITE_USED', 'this invite was used, and the key that used it is trusted no longer', {
    help: 'ask for a new one: `towline invite`',
  });
}

function inviteOld(group: string): LocalError {
  return new LocalError('INVITE_INVALID', `the group "${group}" has a roster since this invite was made`, {
    help: `ask an owner for a new one: towline invite --group ${group}`,
  });
}
