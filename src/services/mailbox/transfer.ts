/** MailTransferService: mail between nodes. */
import { create } from '@bufbuild/protobuf';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { MailEnvelope } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import {
  DeliverMailResponseSchema,
  KeepMailResponseSchema,
  type MailTransferService,
} from '../../../gen/towline/v1/mail_transfer_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import { fromLocal } from '../../rpc/failure.ts';
import { principalKey } from '../../rpc/principal.ts';
import type { Quota } from '../quota.ts';
import type { Keeper } from './keeper.ts';
import { mailCodes, mailMalformed, refusalOf } from './problems.ts';
import type { Taker } from './taker.ts';

export interface TransferParts {
  readonly taker: Taker;
  readonly keeper: Keeper;
  readonly quota: Quota;
  /** The key that a peer has now, if both are peers of this node and share a group. */
  readonly neighbour: (callerId: Uint8Array, nodeId: Uint8Array) => Uint8Array | undefined;
}

export function createMailTransferService({
  taker,
  keeper,
  neighbour,
  quota,
}: TransferParts): ServiceImpl<typeof MailTransferService> {
  return {
    async deliverMail({ envelopes }, context) {
      try {
        const verdicts = await taker.take(envelopes, callerOf(context));
        return create(DeliverMailResponseSchema, { verdicts });
      } catch (error) {
        throw fromLocal(error, mailCodes);
      }
    },
    async keepMail({ envelopes }, context) {
      try {
        const senderId = callerOf(context);
        const receiverId = receiverOf(envelopes, senderId);
        const known = neighbour(senderId, receiverId);
        if (!known) throw receiverUnknown();
        const limit = quota(context.values.get(principalKey), 'stored_bytes');
        const { count, refusal } = await keeper.keep(senderId, known, envelopes, limit);
        return create(KeepMailResponseSchema, {
          keptCount: count,
          ...(refusal && { refusal: refusalOf(refusal) }),
        });
      } catch (error) {
        throw fromLocal(error, mailCodes);
      }
    },
  };
}

/** A program has no key to seal or to be sealed for. */
function callerOf({ values }: HandlerContext): Uint8Array {
  const { kind, nodeId } = values.get(principalKey);
  if (kind === 'peer' && nodeId) return nodeId;
  throw new LocalError('NOT_A_NODE', 'mail is carried between nodes', {
    help: 'send mail by MailboxService, with a token of an agent',
  });
}

/** The one receiver of all, which none but their sender brings. */
function receiverOf(envelopes: readonly MailEnvelope[], callerId: Uint8Array): Uint8Array {
  const [first] = envelopes;
  if (!first) throw mailMalformed('no envelope');
  for (const { senderId, receiverId, body } of envelopes) {
    if (body.case !== 'sealed') throw mailMalformed('a hub keeps sealed mail only');
    if (!equalBytes(senderId, callerId)) throw mailMalformed('it is not of the node that brings it');
    if (!equalBytes(receiverId, first.receiverId)) throw mailMalformed('one call is for one receiver');
  }
  return first.receiverId;
}

function receiverUnknown(): LocalError {
  return new LocalError('RECEIVER_UNKNOWN', 'the hub has no peer with this key in a group with you', {
    help: 'the owner of the hub puts both nodes into one group: towline invite --group GROUP',
  });
}
