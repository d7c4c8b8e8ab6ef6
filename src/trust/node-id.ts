/**
 * A node id is an Ed25519 public key: 32 bytes on the wire, `did:key:z6Mk…` in text (W3C did:key, multicodec
 * ed25519-pub, base58btc). Where a person types one, 64 hex digits will do.
 */
import { concatBytes, fromHex, toHex } from '../base/bytes.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import { fromBase58, toBase58 } from './base58.ts';
import { PUBLIC_KEY_BYTES } from './signature.ts';
import { isWeakKey } from './weak-key.ts';

/** The multicodec of an Ed25519 public key, as a varint. */
const ED25519_PUB = Uint8Array.of(0xed, 0x01);

const DID_PREFIX = 'did:key:z';

/** `did:key:z6Mk…`, 56 characters. Throws `NODE_ID_INVALID` for what is no key. */
export function formatNodeId(nodeId: Uint8Array): string {
  checkNodeId(nodeId);
  return DID_PREFIX + toBase58(concatBytes(ED25519_PUB, nodeId));
}

/** Reads `did:key:z6Mk…` or 64 hex digits, with space around it. Throws `NODE_ID_INVALID`, saying what is wrong. */
export function parseNodeId(text: string): Uint8Array {
  const trimmed = text.trim();
  const nodeId = /^[0-9a-fA-F]{64}$/.test(trimmed) ? fromHex(trimmed) : parseDid(trimmed);
  checkNodeId(nodeId);
  return nodeId;
}

/** Throws `NODE_ID_INVALID` unless the bytes can be the id of a node. */
export function checkNodeId(nodeId: Uint8Array): void {
  if (nodeId.length !== PUBLIC_KEY_BYTES) throw invalid(`a node id is ${PUBLIC_KEY_BYTES} bytes, not ${nodeId.length}`);
  if (isWeakKey(nodeId)) throw invalid('this key would believe forged signatures');
}

/** A form for narrow columns: `z6Mkabcd…wxyz`. Not unique: never compare it, never parse it. */
export function shortNodeId(nodeId: Uint8Array): string {
  const text = formatNodeId(nodeId).slice('did:key:'.length);
  return `${text.slice(0, 8)}…${text.slice(-4)}`;
}

/** The key of a node id in maps and tables. */
export function nodeIdKey(nodeId: Uint8Array): string {
  return toHex(nodeId);
}

function parseDid(text: string): Uint8Array {
  if (!text.startsWith(DID_PREFIX)) throw invalid('expected did:key:z6Mk… or 64 hex digits');
  const bytes = decode(text.slice(DID_PREFIX.length));
  if (bytes[0] !== ED25519_PUB[0] || bytes[1] !== ED25519_PUB[1]) throw invalid('this did:key is not an Ed25519 key');
  return bytes.slice(ED25519_PUB.length);
}

function decode(text: string): Uint8Array {
  try {
    return fromBase58(text);
  } catch (error) {
    throw invalid(messageOf(error), error);
  }
}

function invalid(why: string, cause?: unknown): LocalError {
  return new LocalError('NODE_ID_INVALID', `not a node id: ${why}`, {
    help: 'show the id of a node with "towline id" on that node, and copy all of it',
    cause,
  });
}
