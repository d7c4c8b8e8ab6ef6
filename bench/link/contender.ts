/** What is measured: a server and a client that reach each other over loopback, each in a process of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Identity, loadIdentity } from '../../src/trust/identity.ts';

/** One call, whole: resolves when its answer is there and of the right length. */
export type Call = () => Promise<void>;

export interface Caller {
  /** Makes calls whose payload has so many bytes, each way. */
  calls?(payloadBytes: number): Call;
  /** Reads one stream of so many messages to its end. */
  read?(payloadBytes: number, count: number): Promise<void>;
}

export interface Contender {
  /** Listens; resolves to where ("127.0.0.1:1234"). The process ends it. */
  serve(own: Party): Promise<string>;
  dial(address: string, own: Party): Promise<Caller>;
  /** Opens so many connections; calls take them in turn. */
  dialMany?(address: string, own: Party, count: number): Promise<Caller>;
}

/** One end, and what it must know of the other. */
export interface Party {
  readonly identity: Identity;
  readonly key: string;
  readonly cert: string;
  /** The other end's certificate, and its key. */
  readonly peerCert: string;
  readonly peerNodeId: Uint8Array;
}

/** `home` and `peerHome` have identities, made by the suite. */
export async function loadParty(home: string, peerHome: string): Promise<Party> {
  const identity = await loadIdentity(home);
  const { nodeId: peerNodeId } = await loadIdentity(peerHome);
  return {
    identity,
    ...(await identity.tls()),
    peerCert: await readFile(join(peerHome, 'identity.crt'), 'utf8'),
    peerNodeId,
  };
}

/** Mutual TLS 1.3 with the same certificates as the link, for those who leave the checks to OpenSSL. */
export function mutualTls({ key, cert, peerCert }: Party) {
  return {
    key,
    cert,
    ca: peerCert,
    minVersion: 'TLSv1.3' as const,
    requestCert: true,
    rejectUnauthorized: true,
    // The certificate names no host.
    checkServerIdentity: () => undefined,
  };
}

/** The port of "127.0.0.1:1234". */
export function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}

/** Throws if an answer is not as long as what was sent. */
export function checkLength(found: number, expected: number): void {
  if (found !== expected) throw new Error(`an answer of ${found} bytes, not ${expected}`);
}
