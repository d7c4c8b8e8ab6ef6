/** JoinService: the only door for strangers. */
import { Code, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { InviteBody } from '../../../gen/towline/v1/invite_pb.ts';
import type { JoinService, RedeemRequest } from '../../../gen/towline/v1/join_service_pb.ts';
import type { SignedRoster } from '../../../gen/towline/v1/roster_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { Log } from '../../base/log.ts';
import { failure, fromLocal } from '../../rpc/failure.ts';
import { principalKey } from '../../rpc/principal.ts';
import { Attempts } from './attempts.ts';

/** What redeeming needs of the node. */
export interface JoinActions {
  /**
   * The invite's body, if this node signed it, it has not expired, and this node may let somebody into its group. Throws
   * INVITE_INVALID, INVITE_EXPIRED or NOT_GROUP_OWNER.
   */
  verify(request: RedeemRequest): InviteBody;
  /** Takes the invite for this key, once. Throws INVITE_UNKNOWN or INVITE_USED. */
  redeem(invite: InviteBody, nodeId: Uint8Array): Promise<void>;
  /** Adds the key to the keyring, or to the group's roster. Throws ALIAS_TAKEN. */
  trust(invite: InviteBody, nodeId: Uint8Array, alias: string, addresses: readonly string[]): Promise<Trusted>;
  /** Throws ALIAS_TAKEN if another key has the alias. */
  checkAlias(invite: InviteBody, nodeId: Uint8Array, alias: string): void;
  readonly nodeName: string;
  readonly log: Log;
}

/** What a key got. */
export interface Trusted {
  /** The alias that it has. */
  readonly alias: string;
  /** The group's roster with the key in it, if the group has one. */
  readonly roster?: SignedRoster;
  /** The key of the hub that this node uses. */
  readonly hubId: Uint8Array;
}

const codes: Readonly<Record<string, Code>> = {
  INVITE_INVALID: Code.PermissionDenied,
  INVITE_UNKNOWN: Code.PermissionDenied,
  INVITE_FOREIGN: Code.PermissionDenied,
  INVITE_EXPIRED: Code.DeadlineExceeded,
  INVITE_USED: Code.FailedPrecondition,
  ALIAS_TAKEN: Code.AlreadyExists,
  ALIAS_INVALID: Code.InvalidArgument,
  NOT_GROUP_OWNER: Code.FailedPrecondition,
  NOT_A_MEMBER: Code.FailedPrecondition,
  GROUP_UNKNOWN: Code.FailedPrecondition,
  GROUP_FULL: Code.ResourceExhausted,
  OWN_KEY: Code.InvalidArgument,
};

export function createJoinService(actions: JoinActions): ServiceImpl<typeof JoinService> {
  const attempts = new Attempts();

  async function redeem(request: RedeemRequest, context: HandlerContext) {
    const { nodeId } = context.values.get(principalKey);
    if (!nodeId) throw noCertificate();
    const waitMs = attempts.take(toHex(nodeId));
    if (waitMs > 0) throw tooMany(waitMs);
    try {
      const invite = actions.verify(request);
      const wanted = invite.alias || request.proposedAlias;
      actions.checkAlias(invite, nodeId, wanted);
      await actions.redeem(invite, nodeId);
      const trusted = await actions.trust(invite, nodeId, wanted, request.addresses);
      actions.log.info('invite redeemed', { peer: trusted.alias, group: invite.group });
      return { ...trusted, group: invite.group, inviterName: actions.nodeName };
    } catch (error) {
      throw fromLocal(error, codes);
    }
  }

  return { redeem };
}

function noCertificate() {
  return failure(Code.Unauthenticated, 'NO_CERTIFICATE', 'redeeming an invite needs a client certificate', {
    permanent: true,
    help: 'use `towline join`, which shows the key that is to be trusted',
  });
}

function tooMany(retryDelayMs: number) {
  return failure(Code.ResourceExhausted, 'TOO_MANY_ATTEMPTS', 'too many attempts to join', { retryDelayMs });
}
