/** The certificate that shows a node's key in TLS. Nobody checks its dates or names: its key is all that counts. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { homeNotWritable } from './private-file.ts';

export interface TlsIdentity {
  /** The private key, PKCS #8 in PEM. */
  readonly key: string;
  /** The certificate, in PEM. */
  readonly cert: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** So that a client that does look at dates never sees it end. */
const VALID_MS = 20 * 365 * DAY_MS;

/** Made anew when less than this is left: a node that runs for months loads it once. */
const RENEW_BEFORE_MS = 365 * DAY_MS;

/**
 * The certificate of `<home>/identity.crt`; made and written if it is missing, of another key, or near its end: making
 * one loads a large library. Throws `HOME_NOT_WRITABLE`.
 */
export async function loadTlsIdentity(home: string, privateKey: KeyObject): Promise<TlsIdentity> {
  const path = join(home, 'identity.crt');
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const cached = await readIfThere(path);
  if (cached !== undefined && fits(cached, privateKey)) return { key, cert: cached };
  const { selfSign } = await import('./self-sign.ts');
  const cert = await selfSign(privateKey, new Date(Date.now() - DAY_MS), new Date(Date.now() + VALID_MS));
  await writeFileAtomic(path, cert, { mode: 0o600 }).catch((error: unknown) => {
    throw homeNotWritable(home, error);
  });
  return { key, cert };
}

function fits(pem: string, privateKey: KeyObject): boolean {
  const cert = parse(pem);
  if (cert === undefined || !cert.checkPrivateKey(privateKey)) return false;
  return cert.validFromDate.getTime() <= Date.now() && cert.validToDate.getTime() > Date.now() + RENEW_BEFORE_MS;
}

/** What cannot be read as a certificate is made anew. */
function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
