/** One look at an address of a peer: who answers there, and what time it is for them. */
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { messageOf } from '../../base/errors.ts';
import { nodeIdOfCertificate } from '../../trust/certificate.ts';

/** An answer takes longer only where there is none. */
const PROBE_MS = 3_000;

export type Probed =
  | { readonly kind: 'answer'; readonly nodeId: Uint8Array | undefined; readonly timeMs: number | undefined }
  | { readonly kind: 'none'; readonly why: string };

/** Asks for nothing, by HTTP over TLS: the certificate says who it is, the date of the answer what time it has. */
export function probe({ host, port }: { host: string; port: number }): Promise<Probed> {
  return new Promise((resolve) => {
    const asking = request({
      host,
      port,
      path: '/',
      agent: false,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
      sigalgs: 'ed25519',
      signal: AbortSignal.timeout(PROBE_MS),
    });
    asking.once('error', (error) => {
      const why = error.name === 'AbortError' ? `no answer in ${PROBE_MS / 1000} s` : messageOf(error);
      resolve({ kind: 'none', why });
    });
    asking.once('response', (response) => {
      const certificate = (response.socket as TLSSocket).getPeerX509Certificate();
      const timeMs = Date.parse(response.headers.date ?? '');
      response.destroy();
      resolve({
        kind: 'answer',
        nodeId: certificate && nodeIdOfCertificate(certificate),
        timeMs: Number.isNaN(timeMs) ? undefined : timeMs,
      });
    });
    asking.end();
  });
}
