/** Joining a group by an invite of one of its owners. */
import { LocalError } from '../../base/errors.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { aliasTakenError } from '../../trust/keyring-entries.ts';
import { memberInForce } from '../../trust/roster/held.ts';
import { rosterInvalid } from '../../trust/roster/problems.ts';
import type { Rosters } from '../../trust/rosters.ts';
import type { Redeemed } from '../join-mesh.ts';

export interface JoinWishes {
  /** What the group is called here. */
  readonly name: string;
  /** What the inviter is called here. Empty if as in the group. */
  readonly alias: string;
  /** Whether the group may be merged with others that the keyring has under this name. */
  readonly isMerged: boolean;
}

/** Only the roster of the invited group will do, whatever the inviter gave. Throws what `Rosters.join` throws. */
export async function joinByInvite(
  rosters: Rosters,
  keyring: Keyring,
  { body, roster }: Redeemed,
  { name, alias, isMerged }: JoinWishes,
): Promise<void> {
  if (!roster) throw rosterInvalid('the inviter gave none');
  const { group, groupId, inviterId } = body;
  const held = await rosters.join(roster, { group: { group, groupId }, name, isMerged });
  if (alias !== '') await rosters.setAlias(held.name, inviterId, alias);
  if (keyring.byId(inviterId)) return;
  const holder = keyring.byAlias(memberInForce(held, inviterId)?.alias ?? '');
  if (!holder)
    throw new LocalError('NOT_GROUP_OWNER', 'the inviter is no member of its group any more', {
      help: 'ask an owner of the group for a new invite: towline group show',
    });
  throw aliasTakenError(holder);
}
