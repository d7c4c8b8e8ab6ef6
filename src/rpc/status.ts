/** How a call ended: Connect's errors and the status of a link's stream. */
import { create, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { ErrorDetail, Metadata, StreamStatus } from '../link/link.ts';
import { failure } from './failure.ts';
import { toHeaders, toMetadata } from './metadata.ts';

/** What `IncomingStream.end` takes. */
export type EndStatus = Omit<StreamStatus, 'lost'>;

/** Characters of an error's message, details of an error, bytes of a detail: as the schema says. */
const MAX_MESSAGE_CHARS = 16_384;
const MAX_DETAILS = 16;
const MAX_DETAIL_BYTES = 65_536;

const NOTHING: readonly never[] = [];

/** Success; throws `METADATA_TOO_LARGE`. */
export function okStatus(trailer: Headers | undefined): EndStatus {
  return { code: 0, message: '', details: NOTHING, trailers: trailer ? toMetadata(trailer) : NOTHING };
}

/** A failure. What is too large for the wire is cut or left out: the code must arrive. */
export function errorStatus(error: ConnectError, trailer?: Headers): EndStatus {
  return {
    code: error.code,
    message: error.rawMessage.slice(0, MAX_MESSAGE_CHARS),
    details: error.details.map(toDetail).filter(fits).slice(0, MAX_DETAILS),
    trailers: trailersOf(error, trailer),
  };
}

/** The error of a call that did not end well, or undefined. */
export function errorOf(status: StreamStatus): ConnectError | undefined {
  if (status.lost) return linkLost(status.message);
  if (status.code === 0) return undefined;
  const code = status.code in CODES ? (status.code as Code) : Code.Unknown;
  const error = new ConnectError(status.message, code, toHeaders(status.trailers));
  error.details = status.details.map(({ type, value }) => ({ type, value }));
  return error;
}

/** The link ended before the call did. Whether the callee ran it is unknown: only the caller can decide to retry. */
export function linkLost(why: string): ConnectError {
  const message = why === '' ? 'the link was lost during the call' : `the link was lost during the call: ${why}`;
  return failure(Code.Unavailable, 'LINK_LOST', message);
}

/** Nobody serves the method here. */
export function unknownMethod(name: string): ConnectError {
  return failure(Code.Unimplemented, 'METHOD_UNKNOWN', `${name} is not served here`, {
    metadata: { method: name },
    permanent: true,
  });
}

/** Why a handler's signal aborts: the caller gave up, its deadline passed, or the link was lost. */
export function abortReasonOf(status: StreamStatus): ConnectError {
  if (status.lost) return linkLost(status.message);
  if (status.code === Code.DeadlineExceeded) {
    return failure(Code.DeadlineExceeded, 'DEADLINE_EXCEEDED', "the caller's deadline has passed");
  }
  return canceled('the caller gave the call up');
}

/** A call that its caller does not want any more. */
export function canceled(message: string): ConnectError {
  return failure(Code.Canceled, 'CANCELED', message);
}

const CODES: Readonly<Record<number, true>> = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [i + 1, true]));

function toDetail(detail: ConnectError['details'][number]): ErrorDetail {
  if (!('desc' in detail)) return { type: detail.type, value: detail.value };
  const { desc, value } = detail;
  return { type: desc.typeName, value: toBinary(desc, create(desc, value)) };
}

function fits(detail: ErrorDetail): boolean {
  return detail.value.length <= MAX_DETAIL_BYTES && detail.type.length <= 256;
}

function trailersOf(error: ConnectError, trailer: Headers | undefined): readonly Metadata[] {
  const all = new Headers(trailer);
  for (const [name, value] of error.metadata) all.append(name, value);
  try {
    return toMetadata(all);
  } catch (tooLarge) {
    if (tooLarge instanceof ConnectError) return NOTHING;
    throw tooLarge;
  }
}
