/**
 * HPKE (RFC 9180) in auth mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. A context is made once and gives a
 * key for many messages (§5.3): 0.2 ms each would be too much for every one. Imported when the first message is sealed
 * or opened.
 */
import type { webcrypto } from 'node:crypto';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { agreementKeyOf } from './agreement.ts';

export const ENCAPSULATED_BYTES = 32;
export const SEAL_KEY_BYTES = 32;

const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** What the exported key is for: another use of the same context would get another key. */
const EXPORTER = new TextEncoder().encode('towline-mail-v1 key');

/** A key that this node shares with another one, and what the other needs to find it. */
export interface SharedKey {
  readonly encapsulated: Uint8Array;
  readonly key: Uint8Array;
}

/** The two ends of a context; `secret` belongs to the end that computes. */
export interface Ends {
  readonly secret: Uint8Array;
  readonly senderId: Uint8Array;
  readonly receiverId: Uint8Array;
  readonly info: Uint8Array;
}

/** A new key that only the receiver can find, and only the sender can have made. */
export async function newSharedKey({ secret, senderId, receiverId, info }: Ends): Promise<SharedKey> {
  const { kem } = suite;
  const context = await suite.createSenderContext({
    recipientPublicKey: await kem.deserializePublicKey(agreementKeyOf(receiverId)),
    senderKey: await keyPair(secret, senderId),
    info,
  });
  return {
    encapsulated: new Uint8Array(context.enc),
    key: new Uint8Array(await context.export(EXPORTER, SEAL_KEY_BYTES)),
  };
}

/** The key that the sender has made. Of another sender's, or another receiver's, it gives a key that opens nothing. */
export async function foundSharedKey(encapsulated: Uint8Array, ends: Ends): Promise<Uint8Array> {
  const { secret, senderId, receiverId, info } = ends;
  const { kem } = suite;
  const context = await suite.createRecipientContext({
    recipientKey: await keyPair(secret, receiverId),
    senderPublicKey: await kem.deserializePublicKey(agreementKeyOf(senderId)),
    enc: encapsulated,
    info,
  });
  return new Uint8Array(await context.export(EXPORTER, SEAL_KEY_BYTES));
}

async function keyPair(secret: Uint8Array, nodeId: Uint8Array): Promise<webcrypto.CryptoKeyPair> {
  const { kem } = suite;
  return {
    privateKey: await kem.deserializePrivateKey(secret),
    publicKey: await kem.deserializePublicKey(agreementKeyOf(nodeId)),
  };
}
