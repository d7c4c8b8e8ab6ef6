/** Frames to bytes: the same bytes that the generated code writes. */
import { type EndFrame, type ErrorDetail, type Frame, kindNumbers, type Metadata, type OpenFrame } from './frame.ts';
import { bodySize, detailSize, fieldSize, frameSize, metadataSize } from './size.ts';
import { Writer } from './writer.ts';

/** `OpenRequest.frames`, `OpenResponse.frames`. */
const FRAMES = 1;
const STREAM_ID = 1;

/** How many bytes the frame takes in a packet. `body`: its `bodySize`, if it is known. */
export function packedSize(frame: Frame, body = bodySize(frame)): number {
  return fieldSize(frameSize(frame, body));
}

/** Writes a frame as one entry of a packet; the writer must have room for `packedSize`. */
export function packFrame(writer: Writer, frame: Frame, body = bodySize(frame)): void {
  writer.open(FRAMES, frameSize(frame, body));
  writeFrame(writer, frame, body);
}

/** One frame alone. */
export function encodeFrame(frame: Frame): Uint8Array {
  const body = bodySize(frame);
  const writer = new Writer(Buffer.alloc(frameSize(frame, body)));
  writeFrame(writer, frame, body);
  return new Uint8Array(writer.buffer);
}

function writeFrame(writer: Writer, frame: Frame, body: number): void {
  writer.number(STREAM_ID, frame.streamId);
  writer.open(kindNumbers[frame.kind], body);
  writeBody(writer, frame);
}

function writeBody(writer: Writer, frame: Frame): void {
  switch (frame.kind) {
    case 'open':
      writeOpen(writer, frame);
      break;
    case 'message':
      writer.optionalBytes(1, frame.data);
      writer.flag(2, frame.more);
      writer.flag(3, frame.halfClose);
      break;
    case 'end':
      writeEnd(writer, frame);
      break;
    case 'credit':
      writer.number(1, frame.messages);
      writer.number(2, frame.bytes);
      break;
    case 'cancel':
      writer.number(1, frame.code);
      break;
    case 'headers':
      writeMetadata(writer, 1, frame.metadata);
      break;
    case 'hello':
      writer.bytes(1, frame.body);
      writer.bytes(2, frame.signature);
      break;
    case 'heartbeat':
      writer.number(1, frame.sequence);
      writer.flag(2, frame.isAnswer);
      break;
    case 'goAway':
      writer.enum(1, frame.reason);
      writer.text(2, frame.message);
      break;
    case 'close':
      writer.enum(1, frame.reason);
      writer.text(2, frame.message);
      writer.optionalNumber(3, frame.retryDelayMs);
      break;
  }
}

function writeOpen(writer: Writer, frame: OpenFrame): void {
  writer.text(1, frame.method);
  writer.optionalBytes(2, frame.data);
  writer.flag(3, frame.more);
  writer.flag(4, frame.halfClose);
  writer.optionalNumber(5, frame.timeoutMs);
  writer.number(6, frame.creditMessages);
  writer.number(7, frame.creditBytes);
  writeMetadata(writer, 8, frame.metadata);
}

function writeEnd(writer: Writer, frame: EndFrame): void {
  writer.number(1, frame.code);
  writer.text(2, frame.message);
  writeDetails(writer, 3, frame.details);
  writeMetadata(writer, 4, frame.trailers);
  writer.optionalBytes(5, frame.data);
}

function writeMetadata(writer: Writer, field: number, metadata: readonly Metadata[]): void {
  for (const entry of metadata) {
    writer.open(field, metadataSize(entry));
    writer.text(1, entry.name);
    writer.text(2, entry.value);
  }
}

function writeDetails(writer: Writer, field: number, details: readonly ErrorDetail[]): void {
  for (const detail of details) {
    writer.open(field, detailSize(detail));
    writer.text(1, detail.type);
    writer.bytes(2, detail.value);
  }
}
