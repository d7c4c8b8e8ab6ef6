/** The server's process of one contender: `node server.ts NAME HOME PEER_HOME`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { serveQuestions } from '../lib/worker.ts';
import { loadParty } from './contender.ts';
import { loadContender } from './contenders.ts';

const [name = '', home = '', peerHome = ''] = process.argv.slice(2);

serveQuestions({
  serve: async () => (await loadContender(name)).serve(await loadParty(home, peerHome)),
  /** Resident bytes, without what the collector would free. */
  weigh: async () => {
    for (let round = 0; round < 3; round++) {
      globalThis.gc?.();
      await sleep(100);
    }
    return process.memoryUsage.rss();
  },
});
