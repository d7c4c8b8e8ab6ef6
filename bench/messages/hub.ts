/** A hub in a process of its own: the port of a node, and channels over a store on a disk. `node hub.ts HOME PEER_HOME`. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelService } from '../../gen/towline/v1/channel_service_pb.ts';
import { serveLink } from '../../src/rpc/link-server.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { Channels } from '../../src/services/channel/service.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { serveQuestions } from '../lib/worker.ts';
import { loadParty } from '../link/contender.ts';
import { listenForLinks } from '../link/contenders/link.ts';

const [home = '', peerHome = ''] = process.argv.slice(2);

export interface Weight {
  readonly resident: number;
  /** Live objects. */
  readonly heap: number;
}

async function serve(): Promise<string> {
  const party = await loadParty(home, peerHome);
  const store = openSqliteStore(join(home, 'hub.db'));
  const self = { nodeId: party.identity.nodeId, alias: 'hub' };
  const channels = await Channels.open({ store, self });
  const registry = new ServiceRegistry().add(ChannelService, channels.service);
  let links = 0;
  return listenForLinks(party, (link) => {
    const agent = `agent-${++links}`;
    const groups = new Set(['home']);
    serveLink(link, registry, { kind: 'peer', name: 'peer', nodeId: party.peerNodeId, groups, agent });
  });
}

serveQuestions({
  serve,
  /** Bytes, without what the collector would free, and without the memory that V8 holds in reserve. */
  weigh: async (): Promise<Weight> => {
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
      await sleep(100);
    }
    const { rss, heapUsed } = process.memoryUsage();
    return { resident: rss, heap: heapUsed };
  },
});
