import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsConfig } from '../../gen/towline/v1/config_pb.ts';
import { LocalError, messageOf } from '../base/errors.ts';

/**
 * Reads the ordinary certificate and its key; both may be relative to `home`. Throws `TLS_INVALID` for files that
 * cannot be read, or are no pair.
 */
export async function readTlsPair(tls: TlsConfig, home: string): Promise<{ cert: string; key: string }> {
  const pair = { cert: await readPem('cert', tls.cert, home), key: await readPem('key', tls.key, home) };
  try {
    createSecureContext(pair);
    return pair;
  } catch (error) {
    throw invalid(`${tls.cert} and ${tls.key} are no certificate and its key: ${messageOf(error)}`, error);
  }
}

async function readPem(member: string, path: string, home: string): Promise<string> {
  const file = isAbsolute(path) ? path : resolve(home, path);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw invalid(`tls.${member}: cannot read ${file}: ${messageOf(error)}`, error);
  }
}

function invalid(message: string, cause: unknown): LocalError {
  return new LocalError('TLS_INVALID', message, {
    help: 'mend `tls` in towline.yaml, or remove it: peers and the CLI do not need it',
    cause,
  });
}
