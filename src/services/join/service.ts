/** JoinService: the only door for strangers. */
import { Code, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { InviteBody } from '../../../gen/towline/v1/invite_pb.ts';
import type { JoinService, RedeemRequest } from '../../../gen/towline/v1/join_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { Log } from '../../base/log.ts';
import { failure, fromLocal } from '../../rpc/failure.ts';
import { principalKey } from '../../rpc/principal.ts';
import { Attempts } from './attempts.ts';

/** What redeeming needs of the node. */
export interface JoinActions {
  /** The invite's body, if this node signed it and it has not expired. Throws INVITE_INVALID or INVITE_EXPIRED. */
  verify(request: RedeemRequest): InviteBody;
  /** Takes the invite for this key, once. Throws INVITE_UNKNOWN or INVITE_USED. */
  redeem(inviteId: Uint8Array, nodeId: Uint8Array): Promise<void>;
  /** Adds the key to the keyring; gives the alias that it has. Throws ALIAS_TAKEN. */
  trust(nodeId: Uint8Array, group: string, alias: string, addresses: readonly string[]): Promise<string>;
  /** Throws ALIAS_TAKEN if another key has the alias. */
  checkAlias(nodeId: Uint8Array, alias: string): void;
  readonly nodeName: string;
  readonly log: Log;
}

const codes: Readonly<Record<string, Code>> = {
  INVITE_INVALID: Code.PermissionDenied,
  INVITE_UNKNOWN: Code.PermissionDenied,
  INVITE_FOREIGN: Code.PermissionDenied,
  INVITE_EXPIRED: Code.DeadlineExceeded,
  INVITE_USED: Code.FailedPrecondition,
  ALIAS_TAKEN: Code.AlreadyExists,
  ALIAS_INVALID: Code.InvalidArgument,
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
      actions.checkAlias(nodeId, wanted);
      await actions.redeem(invite.inviteId, nodeId);
      const alias = await actions.trust(nodeId, invite.group, wanted, request.addresses);
      actions.log.info('invite redeemed', { peer: alias, group: invite.group });
      return { alias, group: invite.group, inviterName: actions.nodeName };
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
