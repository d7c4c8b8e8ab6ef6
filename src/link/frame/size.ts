/** How many bytes values take in protobuf. Lengths come before contents, so sizes are counted before writing. */
import type { CloseFrame, EndFrame, ErrorDetail, Frame, MessageFrame, Metadata, OpenFrame } from './frame.ts';

/** Above this, a native call is faster than a loop in JavaScript. */
const LOOP_CHARS = 48;

/** Of an unsigned 32-bit varint. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/** Of the text in UTF-8. */
export function utf8Size(text: string): number {
  if (text.length > LOOP_CHARS) return Buffer.byteLength(text);
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 0x7f) return Buffer.byteLength(text);
  }
  return text.length;
}

/** Of a field of `length` bytes with its tag and length. All field numbers here are below 16: one byte. */
export function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

/** Of a number that is left out when zero. */
function numberSize(value: number): number {
  return value === 0 ? 0 : 1 + varintSize(value);
}

/** Of an enum, which is signed: an unknown negative value takes ten bytes. */
function enumSize(value: number): number {
  return value < 0 ? 11 : numberSize(value);
}

function flagSize(value: boolean): number {
  return value ? 2 : 0;
}

function optionalNumberSize(value: number | undefined): number {
  return value === undefined ? 0 : 1 + varintSize(value);
}

function optionalBytesSize(value: Uint8Array | undefined): number {
  return value === undefined ? 0 : fieldSize(value.length);
}

function bytesSize(value: Uint8Array): number {
  return value.length === 0 ? 0 : fieldSize(value.length);
}

function textSize(value: string): number {
  return value === '' ? 0 : fieldSize(utf8Size(value));
}

export function metadataSize(entry: Metadata): number {
  return textSize(entry.name) + textSize(entry.value);
}

export function detailSize(detail: ErrorDetail): number {
  return textSize(detail.type) + bytesSize(detail.value);
}

function metadataListSize(metadata: readonly Metadata[]): number {
  let size = 0;
  for (const entry of metadata) size += fieldSize(metadataSize(entry));
  return size;
}

function detailListSize(details: readonly ErrorDetail[]): number {
  let size = 0;
  for (const detail of details) size += fieldSize(detailSize(detail));
  return size;
}

function openSize(frame: OpenFrame): number {
  return (
    textSize(frame.method) +
    optionalBytesSize(frame.data) +
    flagSize(frame.more) +
    flagSize(frame.halfClose) +
    optionalNumberSize(frame.timeoutMs) +
    numberSize(frame.creditMessages) +
    numberSize(frame.creditBytes) +
    metadataListSize(frame.metadata)
  );
}

function messageSize(frame: MessageFrame): number {
  return optionalBytesSize(frame.data) + flagSize(frame.more) + flagSize(frame.halfClose);
}

function endSize(frame: EndFrame): number {
  return (
    numberSize(frame.code) +
    textSize(frame.message) +
    detailListSize(frame.details) +
    metadataListSize(frame.trailers) +
    optionalBytesSize(frame.data)
  );
}

function closeSize(frame: CloseFrame): number {
  return enumSize(frame.reason) + textSize(frame.message) + optionalNumberSize(frame.retryDelayMs);
}

/** Of what stands inside `Frame.kind`. */
export function bodySize(frame: Frame): number {
  switch (frame.kind) {
    case 'open':
      return openSize(frame);
    case 'message':
      return messageSize(frame);
    case 'end':
      return endSize(frame);
    case 'credit':
      return numberSize(frame.messages) + numberSize(frame.bytes);
    case 'cancel':
      return numberSize(frame.code);
    case 'headers':
      return metadataListSize(frame.metadata);
    case 'hello':
      return bytesSize(frame.body) + bytesSize(frame.signature);
    case 'heartbeat':
      return numberSize(frame.sequence) + flagSize(frame.isAnswer);
    case 'goAway':
      return enumSize(frame.reason) + textSize(frame.message);
    case 'close':
      return closeSize(frame);
  }
}

/** Of the whole frame, given the size of its body. */
export function frameSize(frame: Frame, body: number): number {
  return numberSize(frame.streamId) + fieldSize(body);
}
