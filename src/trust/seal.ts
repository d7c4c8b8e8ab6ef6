/**
 * Sealing words for another node, end to end: whoever carries them sees ciphertext and its length.
 *
 * A *context* belongs to a sender, a receiver and an epoch. HPKE makes its key, 32 bytes that live in memory alone;
 * messages are sealed with AES-256-GCM under it. The nonce is the sequence number of the message in its context, four
 * zero bytes and then 64 bits, big-endian. One process counts one context from 0 and never twice the same, and a context
 * ends with its process, after `MAX_SEALS` messages, after `EPOCH_MS`, or when the node's key changes: no key meets a
 * nonce twice. Replays are not stopped here: who opens a message knows its id.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { concatBytes, toHex } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import type { FormerKeys } from './former-keys.ts';
import type { Identity } from './identity.ts';

/** How the bytes are sealed. A receiver that does not know the scheme says so and keeps nothing. */
export const SEAL_SCHEME = 'hpke-auth-x25519-sha256-aes256gcm-v1';

/** Far below the 2³² that one AES-GCM key may seal with random nonces, and farther below what a counter may. */
export const MAX_SEALS = 1_048_576;
/** A key that is stolen from memory opens no more than this. */
export const EPOCH_MS = 3_600_000;
/** Contexts of others that are kept open: one costs 0.2 ms to find again. */
export const MAX_OPEN_CONTEXTS = 4_096;

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
export const SEAL_TAG_BYTES = 16;
const INFO = new TextEncoder().encode('towline-mail-v1');

/** What the receiver needs to open. */
export interface Sealed {
  readonly scheme: string;
  /** Names the context: HPKE's encapsulated key. */
  readonly encapsulated: Uint8Array;
  /** Which message of the context. */
  readonly sequence: bigint;
  /** With its tag of 16 bytes at the end. */
  readonly ciphertext: Uint8Array;
}

/** Seals messages for one receiver. Ask for it before each run of messages: it ends. */
export interface SealContext {
  /** `bound` is not sent, but must be the same where it is opened. */
  seal(plain: Uint8Array, bound: Uint8Array): Sealed;
}

interface OwnContext extends SealContext {
  readonly nodeId: Uint8Array;
  isOver(): boolean;
}

export class Sealer {
  readonly #identity: Identity;
  readonly #former: FormerKeys;
  readonly #own = new Map<string, Promise<OwnContext>>();
  /** By sender and encapsulated key; the least recently used first. */
  readonly #open = new Map<string, Promise<KeyObject>>();

  constructor(identity: Identity, former: FormerKeys) {
    this.#identity = identity;
    this.#former = former;
  }

  /** The context for a receiver, made if there is none or if it is over. Throws `NODE_ID_INVALID`. */
  async to(receiverId: Uint8Array): Promise<SealContext> {
    const name = toHex(receiverId);
    const before = await this.#own.get(name);
    if (before && !before.isOver() && before.nodeId === this.#identity.nodeId) return before;
    const fresh = newContext(this.#identity, receiverId);
    this.#own.set(name, fresh);
    fresh.catch(() => this.#own.get(name) === fresh && this.#own.delete(name));
    return fresh;
  }

  /**
   * Opens what `senderId` sealed for `receiverId`, which is this node or was. Throws `SEAL_SCHEME_UNKNOWN`,
   * `SEAL_KEY_GONE` if it was sealed for a key that this node gave up, and `SEAL_BROKEN` for all else: another sender,
   * another receiver, another message, a changed bit.
   */
  async open(sealed: Sealed, senderId: Uint8Array, receiverId: Uint8Array, bound: Uint8Array): Promise<Uint8Array> {
    if (sealed.scheme !== SEAL_SCHEME) throw unknownScheme(sealed.scheme);
    const key = await this.#keyOf(sealed.encapsulated, senderId, receiverId);
    return decrypt(key, sealed, bound);
  }

  async #keyOf(encapsulated: Uint8Array, senderId: Uint8Array, receiverId: Uint8Array): Promise<KeyObject> {
    const name = `${toHex(senderId)} ${toHex(receiverId)} ${toHex(encapsulated)}`;
    const known = this.#open.get(name);
    if (known) {
      this.#open.delete(name);
      this.#open.set(name, known);
      return known;
    }
    const found = this.#findKey(encapsulated, senderId, receiverId);
    this.#open.set(name, found);
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MAX_OPEN_CONTEXTS) break;
      this.#open.delete(oldest);
    }
    found.catch(() => this.#open.delete(name));
    return found;
  }

  async #findKey(encapsulated: Uint8Array, senderId: Uint8Array, receiverId: Uint8Array): Promise<KeyObject> {
    const isCurrent = Buffer.compare(receiverId, this.#identity.nodeId) === 0;
    const secret = isCurrent ? this.#identity.agreementSecret() : this.#former.secretOf(receiverId);
    if (!secret) throw keyGone();
    const { foundSharedKey } = await import('./hpke.ts');
    try {
      return createSecretKey(await foundSharedKey(encapsulated, { secret, senderId, receiverId, info: INFO }));
    } catch (error) {
      throw broken(error);
    }
  }
}

async function newContext(identity: Identity, receiverId: Uint8Array): Promise<OwnContext> {
  const { newSharedKey } = await import('./hpke.ts');
  const { nodeId } = identity;
  const ends = { secret: identity.agreementSecret(), senderId: nodeId, receiverId, info: INFO };
  const { encapsulated, key: bytes } = await newSharedKey(ends);
  const key = createSecretKey(bytes);
  const endMs = Date.now() + EPOCH_MS;
  let count = 0;
  return {
    nodeId,
    // A clock that jumped back makes the epoch longer, never its nonces come again.
    isOver: () => count >= MAX_SEALS || Date.now() >= endMs,
    seal(plain, bound) {
      const sequence = BigInt(count++);
      const cipher = createCipheriv(CIPHER, key, nonceOf(sequence)).setAAD(bound);
      const ciphertext = concatBytes(cipher.update(plain), cipher.final(), cipher.getAuthTag());
      return { scheme: SEAL_SCHEME, encapsulated, sequence, ciphertext };
    },
  };
}

function decrypt(key: KeyObject, { sequence, ciphertext }: Sealed, bound: Uint8Array): Uint8Array {
  const end = ciphertext.length - SEAL_TAG_BYTES;
  if (end < 0) throw broken();
  try {
    const decipher = createDecipheriv(CIPHER, key, nonceOf(sequence), { authTagLength: SEAL_TAG_BYTES });
    decipher.setAAD(bound).setAuthTag(ciphertext.subarray(end));
    return concatBytes(decipher.update(ciphertext.subarray(0, end)), decipher.final());
  } catch (error) {
    throw broken(error);
  }
}

function nonceOf(sequence: bigint): Uint8Array {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeBigUInt64BE(sequence, NONCE_BYTES - 8);
  return nonce;
}

function unknownScheme(scheme: string): LocalError {
  return new LocalError('SEAL_SCHEME_UNKNOWN', 'it is sealed in a way that this node does not know', {
    help: 'update Towline on the node that received it',
    metadata: { scheme },
  });
}

function keyGone(): LocalError {
  return new LocalError('SEAL_KEY_GONE', 'it is sealed for a key that this node has given up', {
    help: 'send it again: it is sealed for the new key then',
  });
}

/** One reason for all: what was tried tells a forger nothing. */
function broken(cause?: unknown): LocalError {
  return new LocalError('SEAL_BROKEN', 'it cannot be opened: it was changed, or another key sealed it', {
    help: 'send it again; if it happens again, compare the node ids on both sides: towline peers, towline id',
    cause,
  });
}
