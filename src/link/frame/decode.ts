/**
 * Bytes to frames. Unknown fields are skipped, a field that comes again replaces or joins the first as in any protobuf
 * reader, and whatever cannot be read is a `Breach`. Rules about values are in `rules.ts`.
 */
import { protocolBreach } from '../breach.ts';
import { PACKET_FRAMES } from '../limits.ts';
import { decodeBody } from './decode-body.ts';
import type { Frame } from './frame.ts';
import { Reader } from './reader.ts';
import { checkFrame } from './rules.ts';

const FRAMES_TAG = 0x0a;
const STREAM_ID_TAG = 0x08;
const LAST_KIND = 11;

/** One frame alone, its rules not yet checked. */
export function decodeFrame(bytes: Uint8Array): Frame {
  return readFrame(new Reader(bytes));
}

/** Hands out the frames of a packet, each checked, until `handle` answers false. */
export function eachFrame(packet: Uint8Array, handle: (frame: Frame) => boolean): void {
  const reader = new Reader(packet);
  let count = 0;
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag !== FRAMES_TAG) {
      reader.skip(tag, 1);
      continue;
    }
    if (++count > PACKET_FRAMES) throw protocolBreach('a packet has too many frames');
    const outer = reader.enter();
    const frame = readFrame(reader);
    reader.leave(outer);
    checkFrame(frame);
    if (!handle(frame)) return;
  }
}

function readFrame(reader: Reader): Frame {
  let streamId = 0;
  let frame: Frame | undefined;
  while (!reader.atEnd) {
    const tag = reader.tag();
    if (tag === STREAM_ID_TAG) streamId = reader.varint();
    else if (isKind(tag)) frame = readKind(reader, tag >>> 3, frame);
    else reader.skip(tag, LAST_KIND);
  }
  if (frame === undefined) throw protocolBreach('a frame says nothing');
  frame.streamId = streamId;
  return frame;
}

function isKind(tag: number): boolean {
  const field = tag >>> 3;
  return (tag & 7) === 2 && field > 1 && field <= LAST_KIND;
}

function readKind(reader: Reader, field: number, before: Frame | undefined): Frame {
  const outer = reader.enter();
  const frame = decodeBody(reader, field, before);
  reader.leave(outer);
  return frame;
}
