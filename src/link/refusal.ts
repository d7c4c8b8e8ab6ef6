/**
 * Why there is no link: a `CloseReason` inside, a Connect error on the wire (so that any Connect client understands
 * it), a `LocalError` for the dialer.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ErrorInfoSchema } from '../../gen/towline/v1/error_info_pb.ts';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { LocalError } from '../base/errors.ts';

interface Refusal {
  /** The code of the Connect error. */
  readonly code: string;
  readonly reason: string;
  readonly help: string;
}

const refusals: Partial<Record<CloseReason, Refusal>> = {
  [CloseReason.UNTRUSTED]: {
    code: 'permission_denied',
    reason: 'LINK_UNTRUSTED',
    help: 'the other node does not trust this key: join it with an invite of its owner',
  },
  [CloseReason.BAD_HELLO]: {
    code: 'unauthenticated',
    reason: 'LINK_BAD_HELLO',
    help: 'something between the two nodes changes or relays the connection, or the other node has a fault',
  },
  [CloseReason.VERSION_MISMATCH]: {
    code: 'failed_precondition',
    reason: 'LINK_VERSION_MISMATCH',
    help: 'bring both nodes to the same release',
  },
  [CloseReason.HELLO_TIMEOUT]: {
    code: 'deadline_exceeded',
    reason: 'LINK_HELLO_TIMEOUT',
    help: 'the other node is overloaded, or is no node',
  },
  [CloseReason.PROTOCOL_ERROR]: {
    code: 'invalid_argument',
    reason: 'LINK_PROTOCOL_ERROR',
    help: 'the other side does not speak the protocol of docs/WIRE.md',
  },
  [CloseReason.LIMIT_EXCEEDED]: {
    code: 'resource_exhausted',
    reason: 'LINK_LIMIT_EXCEEDED',
    help: 'the limits are listed in docs/LIMITS.md',
  },
  [CloseReason.SHUTDOWN]: { code: 'unavailable', reason: 'LINK_SHUTDOWN', help: 'the other node is shutting down' },
  [CloseReason.CARRIER_LOST]: { code: 'unavailable', reason: 'LINK_LOST', help: 'dial again' },
};

const other: Refusal = { code: 'unknown', reason: 'LINK_REFUSED', help: 'the log of the other node says more' };

/** The JSON of the end-stream envelope that refuses a dialer (Connect protocol, "EndStreamResponse"). */
export function refusalJson(reason: CloseReason, message: string): Buffer {
  const refusal = refusals[reason] ?? other;
  const info = toBinary(ErrorInfoSchema, create(ErrorInfoSchema, { reason: refusal.reason, help: refusal.help }));
  const value = Buffer.from(info).toString('base64').replace(/=+$/, '');
  const details = [{ type: ErrorInfoSchema.typeName, value }];
  return Buffer.from(JSON.stringify({ error: { code: refusal.code, message, details } }));
}

/** What the dialer makes of it: the reason that the detail names, else the one that fits the code. */
export function refusalError(json: Buffer): LocalError | undefined {
  const error = errorOf(json);
  if (!error) return undefined;
  const known = [...Object.values(refusals).filter((refusal) => refusal !== undefined), other];
  const named = reasonOf(error.details);
  const refusal =
    known.find(({ reason }) => reason === named) ?? known.find(({ code }) => code === error.code) ?? other;
  return localError(refusal, `the other node refused the link: ${error.message}`);
}

/** The error of a dial that this side gave up, for a reason of its own. */
export function giveUpError(reason: CloseReason, message: string, cause?: unknown): LocalError {
  return localError(refusals[reason] ?? other, message, cause);
}

function localError({ reason, help }: Refusal, message: string, cause?: unknown): LocalError {
  return new LocalError(reason, message, { help, cause });
}

interface WireError {
  readonly code: string;
  readonly message: string;
  readonly details: readonly unknown[];
}

/** Reads what a peer sent: nothing of it is taken for granted. */
function errorOf(json: Buffer): WireError | undefined {
  const error = member(parse(json), 'error');
  const code = member(error, 'code');
  if (typeof code !== 'string') return undefined;
  const message = member(error, 'message');
  const details = member(error, 'details');
  return {
    code,
    message: typeof message === 'string' ? message.slice(0, 1_024) : code,
    details: Array.isArray(details) ? details : [],
  };
}

function reasonOf(details: readonly unknown[]): string | undefined {
  const info = details.find((detail) => member(detail, 'type') === ErrorInfoSchema.typeName);
  const value = member(info, 'value');
  if (typeof value !== 'string') return undefined;
  try {
    return fromBinary(ErrorInfoSchema, Buffer.from(value, 'base64')).reason;
  } catch {
    return undefined; // the code says enough
  }
}

function parse(json: Buffer): unknown {
  try {
    return JSON.parse(json.toString('utf8'));
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
