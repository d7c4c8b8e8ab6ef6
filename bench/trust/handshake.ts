/** Links that are opened and closed again: mutual TLS 1.3 and both hellos, on the port of a whole node. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@connectrpc/connect';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { silentLog } from '../../src/base/log.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import { dialLink } from '../../src/link/open.ts';
import { newInstanceId } from '../../src/node/clones.ts';
import { startNode } from '../../src/node/start.ts';
import { createIdentity } from '../../src/trust/identity.ts';
import { parseNodeId } from '../../src/trust/node-id.ts';
import { type Figure, median } from '../lib/figures.ts';

const warmUp = 50;
const oneByOne = 300;
const together = 8;
const many = 1_500;

export async function handshakeFigures(note: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  const node = await startNode({ home: join(folder, 'node'), name: 'node', listen: { host: '127.0.0.1', port: 0 } });
  try {
    const identity = await createIdentity(join(folder, 'dialer'));
    const tls = await identity.tls();
    const { transport } = node.clients({ kind: 'owner', name: 'owner', groups: new Set() });
    await createClient(AdminService, transport).addTrust({ nodeId: identity.nodeId, alias: 'dialer' });
    const nodeId = parseNodeId(node.nodeIdText);
    const [address = ''] = node.addresses;
    const open = async () => {
      // As a node that starts anew: the link of before is over, and nothing has to make way.
      const hello = { instanceId: newInstanceId(), software: 'bench', displayName: '', role: '', team: '' };
      const own = { identity, hello: () => ({ ...hello, addresses: [], features: [] }), log: silentLog };
      const start = performance.now();
      const link = await dialLink(await dialTls({ identity: tls, nodeId, address }), own);
      const took = performance.now() - start;
      link.close(CloseReason.REQUESTED, 'measured');
      return took;
    };
    note(`opening ${oneByOne} links one by one`);
    for (let n = 0; n < warmUp; n++) await open();
    const tookMs: number[] = [];
    for (let n = 0; n < oneByOne; n++) tookMs.push(await open());
    note(`opening ${many} links, ${together} at a time, both ends in one process`);
    const start = performance.now();
    let left = many;
    const worker = async () => {
      while (left-- > 0) await open();
    };
    await Promise.all(Array.from({ length: together }, worker));
    const perSecond = many / ((performance.now() - start) / 1_000);
    return [
      { name: 'handshake_p50_ms', value: median(tookMs), unit: 'ms', target: 3, better: 'lower' },
      { name: 'handshakes_per_second', value: perSecond, unit: '/s', target: 400, better: 'higher' },
    ];
  } finally {
    await node.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
