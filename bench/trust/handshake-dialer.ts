/** Who dials, in a process of its own: `node handshake-dialer.ts HOME…`, an identity for each that dials at a time. */
import { fromHex } from '../../src/base/bytes.ts';
import { loadIdentity } from '../../src/trust/identity.ts';
import { serveQuestions } from '../lib/worker.ts';
import { openerOf, type Way } from './handshake-ways.ts';

interface Asked {
  readonly way: Way;
  readonly address: string;
  /** As hex: of who answers there. */
  readonly nodeId: string;
  readonly count: number;
}

const identities = await Promise.all(process.argv.slice(2).map(loadIdentity));

function openers({ way, address, nodeId }: Asked) {
  return Promise.all(identities.map((identity) => openerOf(way, identity, { address, nodeId: fromHex(nodeId) })));
}

/** How long each took, in milliseconds, one after the other. */
async function oneByOne(asked: Asked): Promise<number[]> {
  const [open] = await openers(asked);
  const tookMs: number[] = [];
  while (open && tookMs.length < asked.count) {
    const start = performance.now();
    const close = await open();
    tookMs.push(performance.now() - start);
    close();
  }
  return tookMs;
}

/** So many by all identities together, each one by one. */
async function together(asked: Asked): Promise<void> {
  let left = asked.count;
  const dialer = async (open: () => Promise<() => void>) => {
    while (left-- > 0) (await open())();
  };
  await Promise.all((await openers(asked)).map(dialer));
}

serveQuestions({ oneByOne, together });
