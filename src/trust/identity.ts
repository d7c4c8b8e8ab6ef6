/** Who this node is: an Ed25519 seed in the home. The only place that reads it. */
import { type KeyObject, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fromBase64Url, toBase64Url } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { agreementSecretOf } from './agreement.ts';
import type { Domain } from './domain.ts';
import { formatNodeId } from './node-id.ts';
import { ensureHome, homeNotWritable, readPrivateFile, writeFileOnce } from './private-file.ts';
import { privateKeyOf, rawPublicKey, SEED_BYTES, sign } from './signature.ts';
import { loadTlsIdentity, type TlsIdentity } from './tls-identity.ts';

/** The file is one line: this word, a space, the seed in base64url. The word names format and version. */
const FORMAT = 'towline-seed-v1';

export interface Identity {
  /** The public key, 32 bytes. */
  readonly nodeId: Uint8Array;
  /** The same as `did:key:z6Mk…`. */
  readonly text: string;
  /** Ed25519 over the domain, a zero byte and the parts: 64 bytes. */
  sign(domain: Domain, ...parts: Uint8Array[]): Uint8Array;
  /** The key and its self-signed certificate, as PEM. Made once, then kept in the home. */
  tls(): Promise<TlsIdentity>;
  /** The X25519 secret that belongs to the key, 32 bytes. For `seal.ts` and `former-keys.ts` alone. */
  agreementSecret(): Uint8Array;
}

/** Makes a new identity in a home that has none. Throws `IDENTITY_EXISTS` or `HOME_NOT_WRITABLE`. */
export async function createIdentity(home: string): Promise<Identity> {
  await ensureHome(home);
  const seed = new Uint8Array(randomBytes(SEED_BYTES));
  const written = await writeFileOnce(pathOf(home), `${FORMAT} ${toBase64Url(seed)}\n`).catch((error: unknown) => {
    throw homeNotWritable(home, error);
  });
  if (written) return identityOf(home, seed);
  throw new LocalError('IDENTITY_EXISTS', `${home} already has an identity; it is never overwritten`, {
    help: 'show it with "towline id", or choose another home with TOWLINE_HOME',
    metadata: { home },
  });
}

/**
 * Reads the identity of a home. Throws `IDENTITY_MISSING`, `KEY_FILE_TOO_OPEN` (others may have read the seed),
 * `KEY_FILE_MALFORMED` or `FILE_UNREADABLE`.
 */
export async function loadIdentity(home: string): Promise<Identity> {
  const path = pathOf(home);
  const text = await readPrivateFile(path, 'KEY_FILE_TOO_OPEN');
  if (text === undefined) {
    throw new LocalError('IDENTITY_MISSING', `${home} has no identity`, {
      help: 'make one with "towline init", or name the right home with TOWLINE_HOME',
      metadata: { home },
    });
  }
  return identityOf(home, parseSeed(path, text));
}

/** Reads the identity of a home, or makes it. Two at once agree on one. Throws what the other two throw. */
export async function loadOrCreateIdentity(home: string): Promise<Identity> {
  try {
    return await loadIdentity(home);
  } catch (error) {
    if (!(error instanceof LocalError) || error.reason !== 'IDENTITY_MISSING') throw error;
  }
  try {
    return await createIdentity(home);
  } catch (error) {
    if (!(error instanceof LocalError) || error.reason !== 'IDENTITY_EXISTS') throw error;
  }
  return loadIdentity(home);
}

/** A key that this node will have. Nothing is signed by it for others before `commit`. */
export interface Successor {
  readonly identity: Identity;
  /** Puts it in the place of the node's key, which is gone then. */
  commit(): Promise<void>;
}

/** Makes the next key of a home. Throws `HOME_NOT_WRITABLE`. */
export function createSuccessor(home: string): Successor {
  const seed = new Uint8Array(randomBytes(SEED_BYTES));
  return {
    identity: identityOf(home, seed),
    commit: () =>
      writeFileAtomic(pathOf(home), `${FORMAT} ${toBase64Url(seed)}\n`, { mode: 0o600 }).catch((error: unknown) => {
        throw homeNotWritable(home, error);
      }),
  };
}

function pathOf(home: string): string {
  return join(home, 'identity.key');
}

function parseSeed(path: string, text: string): Uint8Array {
  const encoded = new RegExp(`^${FORMAT} ([A-Za-z0-9_-]{43})\\s*$`).exec(text)?.[1];
  try {
    if (encoded !== undefined) return fromBase64Url(encoded);
  } catch (error) {
    throw malformed(path, error);
  }
  throw malformed(path);
}

/** The message must not show what stands in the file. */
function malformed(path: string, cause?: unknown): LocalError {
  return new LocalError('KEY_FILE_MALFORMED', `${path} is not a key file of Towline`, {
    help: `copy it back from a backup; or become a new node: mv '${path}' '${path}.damaged' && towline init`,
    metadata: { path },
    cause,
  });
}

function identityOf(home: string, seed: Uint8Array): Identity {
  const privateKey: KeyObject = privateKeyOf(seed);
  const nodeId = rawPublicKey(privateKey);
  let tls: Promise<TlsIdentity> | undefined;
  return {
    nodeId,
    text: formatNodeId(nodeId),
    sign: (domain, ...parts) => sign(privateKey, domain, ...parts),
    tls() {
      tls ??= loadTlsIdentity(home, privateKey).catch((error: unknown) => {
        tls = undefined; // the next caller may find the disk mended
        throw error;
      });
      return tls;
    },
    agreementSecret: () => agreementSecretOf(seed),
  };
}
