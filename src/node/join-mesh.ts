/** Redeeming the invite of another node. */
import type { Client } from '@connectrpc/connect';
import type { Invite, InviteBody } from '../../gen/towline/v1/invite_pb.ts';
import type { JoinService } from '../../gen/towline/v1/join_service_pb.ts';
import type { SignedRoster } from '../../gen/towline/v1/roster_pb.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import { errorInfoOf } from '../rpc/failure.ts';
import { directFirst } from '../trust/address.ts';
import { parseInvite, verifyInvite } from '../trust/invite.ts';

/** The inviter writes two files; what takes longer is no answer. */
const redeemMs = 10_000;

/** Reaches JoinService of the node with this key, at this address, by mutual TLS. */
export type JoinClientAt = (
  nodeId: Uint8Array,
  address: string,
) => Promise<Client<typeof JoinService> & AsyncDisposable>;

export interface Redeemed {
  readonly body: InviteBody;
  /** The address that answered. */
  readonly address: string;
  /** The alias that this node has there. */
  readonly ownAlias: string;
  /** The group's roster, not verified yet, if the inviter gave one. */
  readonly roster: SignedRoster | undefined;
  /** The key of the hub that the inviter uses, itself perhaps. */
  readonly hubId: Uint8Array;
}

/** Reads and checks a pasted invite. Throws INVITE_INVALID or INVITE_EXPIRED. */
export function openInvite(text: string): { invite: Invite; body: InviteBody } {
  const { invite } = parseInvite(text);
  return { invite, body: verifyInvite(invite) };
}

/** Tries the inviter's addresses, direct ones first. An answer, good or bad, ends the search. */
export async function redeemInvite(
  { invite, body }: { invite: Invite; body: InviteBody },
  own: { proposedAlias: string; addresses: readonly string[] },
  clientAt: JoinClientAt,
): Promise<Redeemed> {
  const failures: string[] = [];
  for (const address of directFirst(body.addresses).flat()) {
    try {
      await using client = await clientAt(body.inviterId, address);
      const request = { invite, ...own, addresses: [...own.addresses] };
      const answer = await client.redeem(request, { timeoutMs: redeemMs });
      const hubId = answer.hubId.length > 0 ? answer.hubId : body.inviterId;
      return { body, address, ownAlias: answer.alias, roster: answer.roster, hubId };
    } catch (error) {
      // Only an answer of the node itself ends the search.
      if (errorInfoOf(error)) throw error;
      failures.push(`${address}: ${messageOf(error)}`);
    }
  }
  throw new LocalError('INVITER_UNREACHABLE', `the inviter answers at none of its addresses: ${failures.join('; ')}`, {
    help: 'see that the node runs there and that this machine may reach its port; `listen.advertise` in its towline.yaml names other addresses',
  });
}
