/** The key that a token is bound to, as a person gives it: its text, or the file of a certificate. */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LocalError, messageOf } from '../base/errors.ts';
import { nodeIdOfCertificate } from '../trust/certificate.ts';
import { parseNodeId } from '../trust/node-id.ts';

const KEY_TEXT = /^(did:|[0-9a-fA-F]{64}$)/;

/** Reads did:key, 64 hex digits, or the Ed25519 key of a PEM certificate. Throws `CLIENT_KEY_INVALID`. */
export async function readClientKey(text: string): Promise<Uint8Array> {
  try {
    if (KEY_TEXT.test(text)) return parseNodeId(text);
    const key = nodeIdOfCertificate(new X509Certificate(await readFile(text)));
    if (key !== undefined) return key;
  } catch (error) {
    throw invalid(text, messageOf(error), error);
  }
  throw invalid(text, 'its key is not an Ed25519 key');
}

function invalid(text: string, why: string, cause?: unknown): LocalError {
  return new LocalError('CLIENT_KEY_INVALID', `no client key in "${text}": ${why}`, {
    help: 'make one: openssl req -x509 -newkey ed25519 -nodes -subj /CN=me -keyout client.key -out client.crt',
    cause,
  });
}
