/** The client's process of one contender: `node client.ts NAME HOME PEER_HOME`. It makes the load, and measures. */
import { serveQuestions } from '../lib/worker.ts';
import { type Caller, loadParty } from './contender.ts';
import { loadContender } from './contenders.ts';
import { callRate, latencies, paced, readRate } from './load.ts';

const [name = '', home = '', peerHome = ''] = process.argv.slice(2);
let caller: Caller = {};

serveQuestions({
  dial: async (address: string) => {
    caller = await (await loadContender(name)).dial(address, await loadParty(home, peerHome));
  },
  dialMany: async ({ address, count }: { address: string; count: number }) => {
    caller = await known((await loadContender(name)).dialMany)(address, await loadParty(home, peerHome), count);
  },
  callRate: ({ payloadBytes, inFlight, ms }: { payloadBytes: number; inFlight: number; ms: number }) =>
    callRate(known(caller.calls)(payloadBytes), inFlight, ms),
  latencies: ({ payloadBytes, ms }: { payloadBytes: number; ms: number }) =>
    latencies(known(caller.calls)(payloadBytes), ms),
  paced: ({ payloadBytes, everyMs, ms }: { payloadBytes: number; everyMs: number; ms: number }) =>
    paced(known(caller.calls)(payloadBytes), everyMs, ms),
  readRate: ({ payloadBytes, count, ms }: { payloadBytes: number; count: number; ms: number }) =>
    readRate((messages) => known(caller.read)(payloadBytes, messages), count, ms),
});

function known<T>(ability: T | undefined): T {
  if (ability === undefined) throw new Error(`${name} was not dialed, or cannot do that`);
  return ability;
}
