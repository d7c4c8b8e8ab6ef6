/**
 * The rules of `frame.proto`, by hand: protovalidate would cost as much as the call. A test compares the two. What the
 * schema says in words alone (metadata at most 16 KiB in all) is here as well.
 */
import { limitBreach, protocolBreach } from '../breach.ts';
import { FRAGMENT_BYTES, METADATA_BYTES } from '../limits.ts';
import type { EndFrame, ErrorDetail, Frame, HelloFrame, Metadata, OpenFrame } from './frame.ts';

export const MAX_METHOD_CHARS = 256;
export const MIN_METHOD_CHARS = 3;
export const MAX_METADATA_ENTRIES = 128;
export const MAX_NAME_CHARS = 256;
export const MAX_VALUE_CHARS = 16_384;
export const MAX_STATUS_MESSAGE_CHARS = 16_384;
export const MAX_DETAILS = 16;
export const MAX_DETAIL_TYPE_CHARS = 256;
export const MAX_DETAIL_BYTES = 65_536;
export const MAX_CODE = 16;
export const MAX_HELLO_BYTES = 16_384;
export const MAX_LINK_MESSAGE_CHARS = 1_024;
const SIGNATURE_BYTES = 64;

/** Throws a `Breach` if the frame breaks a rule. */
export function checkFrame(frame: Frame): void {
  switch (frame.kind) {
    case 'open':
      checkOpen(frame);
      break;
    case 'message':
      checkData(frame.data);
      break;
    case 'end':
      checkEnd(frame);
      break;
    case 'cancel':
      check(frame.code <= MAX_CODE, 'code');
      break;
    case 'headers':
      checkMetadata(frame.metadata);
      break;
    case 'hello':
      checkHello(frame);
      break;
    case 'goAway':
    case 'close':
      check(isAtMost(frame.message, MAX_LINK_MESSAGE_CHARS), 'message');
      break;
    case 'credit':
    case 'heartbeat':
      break; // any number will do
  }
}

function checkOpen(frame: OpenFrame): void {
  check(frame.method.length >= MIN_METHOD_CHARS && charactersOf(frame.method) >= MIN_METHOD_CHARS, 'method');
  check(isAtMost(frame.method, MAX_METHOD_CHARS), 'method');
  checkData(frame.data);
  checkMetadata(frame.metadata);
}

function checkEnd(frame: EndFrame): void {
  check(frame.code <= MAX_CODE, 'code');
  check(isAtMost(frame.message, MAX_STATUS_MESSAGE_CHARS), 'message');
  check(frame.details.length <= MAX_DETAILS, 'details');
  for (const detail of frame.details) checkDetail(detail);
  checkMetadata(frame.trailers);
  checkData(frame.data);
}

function checkDetail(detail: ErrorDetail): void {
  check(isAtMost(detail.type, MAX_DETAIL_TYPE_CHARS), 'details.type');
  check(detail.value.length <= MAX_DETAIL_BYTES, 'details.value');
}

function checkHello(frame: HelloFrame): void {
  check(frame.body.length >= 1 && frame.body.length <= MAX_HELLO_BYTES, 'body');
  check(frame.signature.length === SIGNATURE_BYTES, 'signature');
}

function checkData(data: Uint8Array | undefined): void {
  if (data !== undefined) check(data.length <= FRAGMENT_BYTES, 'data');
}

function checkMetadata(metadata: readonly Metadata[]): void {
  if (metadata.length === 0) return;
  check(metadata.length <= MAX_METADATA_ENTRIES, 'metadata');
  for (const entry of metadata) checkEntry(entry);
  if (metadataBytes(metadata) > METADATA_BYTES) throw limitBreach(`metadata of more than ${METADATA_BYTES} bytes`);
}

function checkEntry(entry: Metadata): void {
  check(entry.name !== '' && isAtMost(entry.name, MAX_NAME_CHARS), 'metadata.name');
  check(isAtMost(entry.value, MAX_VALUE_CHARS), 'metadata.value');
}

/** What headers or trailers weigh: their names and values in UTF-8. */
export function metadataBytes(metadata: readonly Metadata[]): number {
  return metadata.reduce((sum, { name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
}

/** The schema counts Unicode characters; JavaScript counts halves of some, so only long texts need a real count. */
export function isAtMost(text: string, characters: number): boolean {
  return text.length <= characters || charactersOf(text) <= characters;
}

function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function check(holds: boolean, field: string): void {
  if (!holds) throw protocolBreach(`a frame breaks the rule of its field "${field}"`);
}
