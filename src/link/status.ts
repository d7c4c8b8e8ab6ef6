/** How calls end, and what of it fits on the wire. */
import { LocalError } from '../base/errors.ts';
import type { EndFrame, ErrorDetail, Metadata } from './frame/frame.ts';
import {
  MAX_DETAIL_BYTES,
  MAX_DETAIL_TYPE_CHARS,
  MAX_DETAILS,
  MAX_METADATA_ENTRIES,
  MAX_NAME_CHARS,
  MAX_STATUS_MESSAGE_CHARS,
  MAX_VALUE_CHARS,
  metadataBytes,
} from './frame/rules.ts';
import { DETAILS_BYTES, METADATA_BYTES } from './limits.ts';
import type { StreamStatus } from './link.ts';

/** The gRPC status codes that the link itself uses. */
export const StatusCode = { CANCELED: 1, RESOURCE_EXHAUSTED: 8, INTERNAL: 13, UNAVAILABLE: 14 } as const;

const none: readonly never[] = [];

/** A status that the link gives, without details. */
export function statusOf(code: number, message: string, lost = false): StreamStatus {
  return { code, message, details: none, trailers: none, lost };
}

/** The End of a call, without data. Throws METADATA_TOO_LARGE; cuts what else would not fit. */
export function endFrame(streamId: number, status: Omit<StreamStatus, 'lost'>): EndFrame {
  const { code, message, details, trailers } = status;
  checkMetadata(trailers);
  return {
    kind: 'end',
    streamId,
    code,
    message: message.length > MAX_STATUS_MESSAGE_CHARS ? message.slice(0, MAX_STATUS_MESSAGE_CHARS) : message,
    details: details.length === 0 ? none : fittingDetails(details),
    trailers,
    data: undefined,
  };
}

/** A detail that is too large is left out: the code and the message still arrive. */
function fittingDetails(details: readonly ErrorDetail[]): readonly ErrorDetail[] {
  let room = DETAILS_BYTES;
  const fitting = details.filter(({ type, value }) => {
    const fits = value.length <= Math.min(MAX_DETAIL_BYTES, room) && type.length <= MAX_DETAIL_TYPE_CHARS;
    if (fits) room -= value.length;
    return fits;
  });
  return fitting.slice(0, MAX_DETAILS);
}

/** Throws METADATA_TOO_LARGE: a peer would close the link. */
export function checkMetadata(metadata: readonly Metadata[]): void {
  if (metadata.length === 0) return;
  const isValid = metadata.every(
    ({ name, value }) => name !== '' && name.length <= MAX_NAME_CHARS && value.length <= MAX_VALUE_CHARS,
  );
  if (isValid && metadata.length <= MAX_METADATA_ENTRIES && metadataBytes(metadata) <= METADATA_BYTES) return;
  throw new LocalError('METADATA_TOO_LARGE', `headers or trailers of a call are at most ${METADATA_BYTES} bytes`, {
    metadata: { max_bytes: String(METADATA_BYTES), max_entries: String(MAX_METADATA_ENTRIES) },
  });
}
