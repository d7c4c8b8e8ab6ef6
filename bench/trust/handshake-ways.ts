/** What is opened and closed again: a link, or what is below it. The floors leave out all checks of who is there. */
import { connect as connectHttp2 } from 'node:http2';
import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { silentLog } from '../../src/base/log.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import { dialLink } from '../../src/link/open.ts';
import { newInstanceId } from '../../src/node/clones.ts';
import type { Identity } from '../../src/trust/identity.ts';
import { portOf } from '../link/contender.ts';

/** `tls`: a mutual handshake, and five bytes. `http2`: the same in a session with one stream. */
export type Way = 'link' | 'http2' | 'tls';

/** TLS as the floors speak it, at both ends. */
export const floorRules = { minVersion: 'TLSv1.3', ALPNProtocols: ['h2'], rejectUnauthorized: false } as const;

export interface Target {
  readonly address: string;
  readonly nodeId: Uint8Array;
}

/** Resolves to how to open one, by this identity; each call resolves when it stands, to what ends it. */
export async function openerOf(way: Way, identity: Identity, target: Target): Promise<() => Promise<() => void>> {
  const tls = await identity.tls();
  if (way === 'link') return () => openLink(identity, tls, target);
  const secureContext = createSecureContext({ ...tls, minVersion: 'TLSv1.3' });
  const dial = () => connect({ host: '127.0.0.1', port: portOf(target.address), secureContext, ...floorRules });
  return way === 'http2' ? () => openHttp2(dial()) : () => openTls(dial());
}

async function openLink(identity: Identity, tls: Awaited<ReturnType<Identity['tls']>>, target: Target) {
  // As a node that starts anew: the link of before is over, and nothing has to make way.
  const hello = { instanceId: newInstanceId(), software: 'bench', displayName: '', role: '', team: '' };
  const own = { identity, hello: () => ({ ...hello, addresses: [], features: [] }), log: silentLog };
  const link = await dialLink(await dialTls({ identity: tls, ...target }), own);
  return () => link.close(CloseReason.REQUESTED, 'measured');
}

/** A client's handshake ends before the server's: the server's first bytes show that both stand. */
function openTls(socket: TLSSocket): Promise<() => void> {
  return new Promise((resolve, reject) => {
    socket.once('data', () => resolve(() => socket.destroy()));
    socket.once('error', reject);
  });
}

function openHttp2(socket: TLSSocket): Promise<() => void> {
  const session = connectHttp2('https://floor.invalid', { createConnection: () => socket });
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
    stream.once('data', () => resolve(() => session.destroy()));
    stream.once('error', reject);
    session.once('error', reject);
  });
}
