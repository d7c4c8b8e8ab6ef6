/**
 * Memory for large messages of streams, used again when a message has left: memory outside of V8's heap is dear,
 * because each 30 MB or so of it make V8 look through the whole heap.
 */
import type { DescMessage, Message } from '@bufbuild/protobuf';
import type { LinkStream } from '../link/link.ts';
import { encodeMessage } from './link-encode.ts';

/** Node cuts smaller buffers out of one that it shares among them. */
const MIN_BYTES = 4 * 1024;

/** Larger messages are rare, and stay the collector's. */
const MAX_BYTES = 4 * 1024 * 1024;

/** What stays behind when the traffic ends. */
const MAX_SPARE_BYTES = 4 * 1024 * 1024;

/** Of sizes that are powers of two. */
const spare: Buffer[] = [];
let spareBytes = 0;

/** Tells rooms from other bytes. */
const rooms = new WeakSet<ArrayBufferLike>();

/**
 * Sends one message of a stream whose owner sends the next when this one has left, as `LinkStream.send` says. Throws
 * what that does, and what `toBinary` does.
 */
export function sendMessage(stream: LinkStream, schema: DescMessage, message: Message): Promise<void> | undefined {
  const data = encodeMessage(schema, message, takeRoom);
  const sent = stream.send(data);
  if (!rooms.has(data.buffer)) return sent;
  if (sent) return sent.then(() => giveRoom(data));
  giveRoom(data);
  return undefined;
}

function takeRoom(bytes: number): Buffer {
  if (bytes < MIN_BYTES || bytes > MAX_BYTES) return Buffer.allocUnsafe(bytes);
  const size = 2 ** Math.ceil(Math.log2(bytes));
  const index = spare.findLastIndex(({ length }) => length === size);
  if (index < 0) return newRoom(size).subarray(0, bytes);
  spareBytes -= size;
  return (spare.splice(index, 1)[0] as Buffer).subarray(0, bytes);
}

function newRoom(size: number): Buffer {
  const room = Buffer.allocUnsafeSlow(size);
  rooms.add(room.buffer);
  return room;
}

/** Nobody reads the message any more. */
function giveRoom({ buffer }: Uint8Array): void {
  if (spareBytes + buffer.byteLength > MAX_SPARE_BYTES) return;
  spareBytes += buffer.byteLength;
  spare.push(Buffer.from(buffer));
}
