/** Envelopes of the node, made from what they say. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { UplinkEnvelope, UplinkEnvelopeSchema, UplinkFailure } from '../../../gen/towline/v1/uplink_pb.ts';
import { type AttachResponse, AttachResponseSchema } from '../../../gen/towline/v1/uplink_service_pb.ts';
import { errorInfoOf, fromLocal } from '../../rpc/failure.ts';

export type Body = NonNullable<MessageInitShape<typeof UplinkEnvelopeSchema>['body']>;
export type ReceivedBody = UplinkEnvelope['body'];

/** What stands around the texts of an envelope, about. */
const BASE_BYTES = 256;

const NOBODY = new Uint8Array();

export function answerOf(body: Body, requestId: Uint8Array = NOBODY): AttachResponse {
  return create(AttachResponseSchema, { envelope: { requestId, body } });
}

/** About how much an envelope weighs while it waits. */
export function weightOf({ envelope }: AttachResponse): number {
  const body = envelope?.body;
  const texts: unknown[] = inner(body) ?? Object.values(body?.value ?? {});
  return texts.reduce((sum: number, text) => sum + (typeof text === 'string' ? text.length : 0), BASE_BYTES);
}

/** The texts of what stands within another message. */
function inner(body: ReceivedBody | undefined): unknown[] | undefined {
  if (body?.case === 'mail') return [body.value.mail?.text];
  if (body?.case !== 'approval' || body.value.event.case !== 'approval') return undefined;
  return [body.value.event.value.argumentsText];
}

/** "DEADLINE_EXCEEDED": for failures that have no reason of their own. */
function codeText(code: Code): string {
  return (Code[code] ?? 'Unknown').replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

/** An error as the agent hears of it. */
export function failureOf(error: unknown): Pick<UplinkFailure, 'reason' | 'message' | 'permanent' | 'help'> {
  const failed = error instanceof ConnectError ? error : fromLocal(error);
  const info = errorInfoOf(failed);
  return {
    reason: info?.reason ?? codeText(failed.code),
    message: failed.rawMessage.slice(0, 4_096),
    permanent: info?.permanent ?? false,
    help: info?.help.slice(0, 1_024) ?? '',
    ...(info?.retryDelayMs !== undefined && { retryDelayMs: info.retryDelayMs }),
  };
}
