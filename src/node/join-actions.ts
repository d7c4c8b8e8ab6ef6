/** What JoinService does on this node. */

import { LocalError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { JoinActions } from '../services/join/service.ts';
import { mayBeLearnt } from '../trust/address.ts';
import type { AddressBook } from '../trust/address-book.ts';
import type { Identity } from '../trust/identity.ts';
import { verifyInvite } from '../trust/invite.ts';
import type { Invites } from '../trust/invites.ts';
import type { Keyring } from '../trust/keyring.ts';
import { aliasTaken } from '../trust/keyring-entries.ts';
import { checkNotSelf } from './own-key.ts';

export interface JoinParts {
  readonly identity: Identity;
  readonly invites: Invites;
  readonly keyring: Keyring;
  readonly book: AddressBook;
  readonly nodeName: string;
  readonly log: Log;
  /** A key was added, and its addresses learnt. */
  readonly onTrust: (nodeId: Uint8Array) => Promise<void>;
}

export function createJoinActions(parts: JoinParts): JoinActions {
  const { identity, invites, keyring, book, nodeName, log, onTrust } = parts;
  return {
    nodeName,
    log,
    verify: ({ invite }) => verifyInvite(invite as NonNullable<typeof invite>, { inviterId: identity.nodeId }),
    redeem: async (inviteId, nodeId) => {
      const { again } = await invites.redeem(inviteId, nodeId);
      // Asking again is for lost answers. A key that was removed since does not come back by its old invite.
      if (again && !keyring.byId(nodeId)) throw inviteUsed();
    },
    checkAlias(nodeId, alias) {
      checkNotSelf(identity, nodeId);
      const holder = keyring.byAlias(alias);
      if (holder && keyring.byId(nodeId) !== holder) throw aliasTaken(holder);
    },
    async trust(nodeId, group, alias, addresses) {
      const entry = await keyring.add({ nodeId, group, alias: keyring.byId(nodeId)?.alias ?? alias });
      await book.learn(nodeId, addresses.filter(mayBeLearnt), 'invite');
      await onTrust(nodeId);
      return entry.alias;
    },
  };
}

function inviteUsed(): LocalError {
  return new LocalError('INVITE_USED', 'this invite was used, and the key that used it is trusted no longer', {
    help: 'ask for a new one: `towline invite`',
  });
}
