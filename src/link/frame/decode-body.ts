/** What stands inside `Frame.kind`. Each reader of a kind goes on with what came before of the same kind. */
import { CloseReason } from '../../../gen/towline/v1/frame_pb.ts';
import { protocolBreach } from '../breach.ts';
import {
  type CancelFrame,
  type CloseFrame,
  type CreditFrame,
  type EndFrame,
  type ErrorDetail,
  type Frame,
  type GoAwayFrame,
  type HeadersFrame,
  type HeartbeatFrame,
  type HelloFrame,
  kindNumbers,
  type MessageFrame,
  type Metadata,
  noBytes,
  type OpenFrame,
} from './frame.ts';
import type { Reader } from './reader.ts';

// A tag is the field's number times eight, plus its wire type.
const VARINT = 0;
const BYTES = 2;
const varint = (field: number) => (field << 3) | VARINT;
const bytes = (field: number) => (field << 3) | BYTES;
const V1 = varint(1);
const V2 = varint(2);
const V3 = varint(3);
const V4 = varint(4);
const V5 = varint(5);
const V6 = varint(6);
const V7 = varint(7);
const B1 = bytes(1);
const B2 = bytes(2);
const B3 = bytes(3);
const B4 = bytes(4);
const B5 = bytes(5);
const B8 = bytes(8);

const nothing: readonly never[] = [];

export function decodeBody(reader: Reader, field: number, before: Frame | undefined): Frame {
  const again = before !== undefined && kindNumbers[before.kind] === field ? before : undefined;
  switch (field) {
    case kindNumbers.open:
      return readOpen(reader, again as OpenFrame | undefined);
    case kindNumbers.message:
      return readMessage(reader, again as MessageFrame | undefined);
    case kindNumbers.end:
      return readEnd(reader, again as EndFrame | undefined);
    case kindNumbers.credit:
      return readCredit(reader, again as CreditFrame | undefined);
    case kindNumbers.cancel:
      return readCancel(reader, again as CancelFrame | undefined);
    case kindNumbers.headers:
      return readHeaders(reader, again as HeadersFrame | undefined);
    case kindNumbers.hello:
      return readHello(reader, again as HelloFrame | undefined);
    case kindNumbers.heartbeat:
      return readHeartbeat(reader, again as HeartbeatFrame | undefined);
    case kindNumbers.goAway:
      return readGoAway(reader, again as GoAwayFrame | undefined);
    case kindNumbers.close:
      return readClose(reader, again as CloseFrame | undefined);
    default:
      throw protocolBreach('a frame of an unknown kind');
  }
}

function emptyOpen(): OpenFrame {
  return {
    kind: 'open',
    streamId: 0,
    method: '',
    data: undefined,
    more: false,
    halfClose: false,
    timeoutMs: undefined,
    creditMessages: 0,
    creditBytes: 0,
    metadata: nothing,
  };
}

function readOpen(reader: Reader, again: OpenFrame | undefined): OpenFrame {
  const frame = again ?? emptyOpen();
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === B1) frame.method = reader.text();
    else if (tag === B2) frame.data = reader.bytes();
    else if (tag === V3) frame.more = reader.flag();
    else if (tag === V4) frame.halfClose = reader.flag();
    else if (tag === V5) frame.timeoutMs = reader.varint();
    else if (tag === V6) frame.creditMessages = reader.varint();
    else if (tag === V7) frame.creditBytes = reader.varint();
    else if (tag === B8) frame.metadata = added(frame.metadata, readMetadata(reader));
    else reader.skip(tag, 8);
  }
  return frame;
}

function readMessage(reader: Reader, again: MessageFrame | undefined): MessageFrame {
  const frame = again ?? { kind: 'message', streamId: 0, data: undefined, more: false, halfClose: false };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === B1) frame.data = reader.bytes();
    else if (tag === V2) frame.more = reader.flag();
    else if (tag === V3) frame.halfClose = reader.flag();
    else reader.skip(tag, 3);
  }
  return frame;
}

function emptyEnd(): EndFrame {
  return { kind: 'end', streamId: 0, code: 0, message: '', details: nothing, trailers: nothing, data: undefined };
}

function readEnd(reader: Reader, again: EndFrame | undefined): EndFrame {
  const frame = again ?? emptyEnd();
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === V1) frame.code = reader.varint();
    else if (tag === B2) frame.message = reader.text();
    else if (tag === B3) frame.details = added(frame.details, readDetail(reader));
    else if (tag === B4) frame.trailers = added(frame.trailers, readMetadata(reader));
    else if (tag === B5) frame.data = reader.bytes();
    else reader.skip(tag, 5);
  }
  return frame;
}

function readCredit(reader: Reader, again: CreditFrame | undefined): CreditFrame {
  const frame = again ?? { kind: 'credit', streamId: 0, messages: 0, bytes: 0 };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === V1) frame.messages = reader.varint();
    else if (tag === V2) frame.bytes = reader.varint();
    else reader.skip(tag, 2);
  }
  return frame;
}

function readCancel(reader: Reader, again: CancelFrame | undefined): CancelFrame {
  const frame = again ?? { kind: 'cancel', streamId: 0, code: 0 };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === V1) frame.code = reader.varint();
    else reader.skip(tag, 1);
  }
  return frame;
}

function readHeaders(reader: Reader, again: HeadersFrame | undefined): HeadersFrame {
  const frame = again ?? { kind: 'headers', streamId: 0, metadata: nothing };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === B1) frame.metadata = added(frame.metadata, readMetadata(reader));
    else reader.skip(tag, 1);
  }
  return frame;
}

function readHello(reader: Reader, again: HelloFrame | undefined): HelloFrame {
  const frame = again ?? { kind: 'hello', streamId: 0, body: noBytes, signature: noBytes };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === B1) frame.body = reader.bytes();
    else if (tag === B2) frame.signature = reader.bytes();
    else reader.skip(tag, 2);
  }
  return frame;
}

function readHeartbeat(reader: Reader, again: HeartbeatFrame | undefined): HeartbeatFrame {
  const frame = again ?? { kind: 'heartbeat', streamId: 0, sequence: 0, isAnswer: false };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === V1) frame.sequence = reader.varint();
    else if (tag === V2) frame.isAnswer = reader.flag();
    else reader.skip(tag, 2);
  }
  return frame;
}

function readGoAway(reader: Reader, again: GoAwayFrame | undefined): GoAwayFrame {
  const frame = again ?? { kind: 'goAway', streamId: 0, reason: CloseReason.UNSPECIFIED, message: '' };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === V1) frame.reason = readReason(reader);
    else if (tag === B2) frame.message = reader.text();
    else reader.skip(tag, 2);
  }
  return frame;
}

function emptyClose(): CloseFrame {
  return { kind: 'close', streamId: 0, reason: CloseReason.UNSPECIFIED, message: '', retryDelayMs: undefined };
}

function readClose(reader: Reader, again: CloseFrame | undefined): CloseFrame {
  const frame = again ?? emptyClose();
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === V1) frame.reason = readReason(reader);
    else if (tag === B2) frame.message = reader.text();
    else if (tag === V3) frame.retryDelayMs = reader.varint();
    else reader.skip(tag, 3);
  }
  return frame;
}

/** Unknown reasons are kept as they are: receivers treat them as unspecified. */
function readReason(reader: Reader): CloseReason {
  return (reader.varint() | 0) as CloseReason;
}

function readMetadata(reader: Reader): Metadata {
  const outer = reader.enter();
  const entry = { name: '', value: '' };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === B1) entry.name = reader.text();
    else if (tag === B2) entry.value = reader.text();
    else reader.skip(tag, 2);
  }
  reader.leave(outer);
  return entry;
}

function readDetail(reader: Reader): ErrorDetail {
  const outer = reader.enter();
  const detail: { type: string; value: Uint8Array } = { type: '', value: noBytes };
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === B1) detail.type = reader.text();
    else if (tag === B2) detail.value = reader.bytes();
    else reader.skip(tag, 2);
  }
  reader.leave(outer);
  return detail;
}

/** Lists that nobody fills share one empty array. */
function added<T>(list: readonly T[], item: T): readonly T[] {
  if (list.length === 0) return [item];
  (list as T[]).push(item);
  return list;
}
