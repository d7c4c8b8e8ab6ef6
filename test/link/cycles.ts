import { expect } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import type { Carrier } from '../../src/link/carrier/carrier.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import type { Link } from '../../src/link/link.ts';
import { dialLink } from '../../src/link/open.ts';
import { usedBytes } from '../support/memory.ts';
import { bytesOf, call, listen, optionsOf, serveEcho, type TestNode, type TestServer, testNode } from './support.ts';

/** What a thousand links may leave behind: pools, compiled code, tickets of TLS sessions. */
const MAX_GROWTH_BYTES = 16 * 1024 * 1024;
const WARM_UP = 200;
const AT_ONCE = 10;
/** Timers and pipes of the test runner come and go. */
const SPARE = 5;

/** Opens, uses and closes `count` links over TLS, ended in every way. Nothing is left: memory, handles, timers. */
export async function cycleLinks(count: number): Promise<void> {
  const [one, two] = [testNode(), testNode()];
  await using server = await listen(two);
  await many(WARM_UP, one, two, server);
  const [bytes, handles] = [await usedBytes(), await handlesInUse()];
  await many(count - WARM_UP, one, two, server);
  expect((await usedBytes()) - bytes).toBeLessThan(MAX_GROWTH_BYTES);
  const left = Object.entries(await handlesInUse()).filter(([name, number]) => number > (handles[name] ?? 0) + SPARE);
  expect(left).toEqual([]);
}

async function many(count: number, one: TestNode, two: TestNode, server: TestServer): Promise<void> {
  for (let index = 0; index < count; index += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, offset) => cycle(index + offset, one, two, server)));
  }
}

async function cycle(index: number, one: TestNode, two: TestNode, server: TestServer): Promise<void> {
  const carrier = await dialTls({ identity: await one.tls(), nodeId: two.nodeId, address: server.address });
  const dialed = await dialLink(carrier, optionsOf(one));
  const accepted = await server.accepted.next();
  serveEcho(accepted);
  serveEcho(dialed);
  await call(dialed, 'a.B/C', { data: bytesOf('x'), halfClose: true }).seen;
  const waiting = call(dialed, 'a.B/C').seen;
  await endings[index % endings.length]?.(dialed, accepted, carrier);
  // Links of one batch may be accepted in another order than they were dialed.
  dialed.close(CloseReason.REQUESTED, 'a cycle');
  await Promise.all([dialed.closed, waiting]);
}

const endings: readonly ((dialed: Link, accepted: Link, carrier: Carrier) => unknown)[] = [
  (dialed) => dialed.close(CloseReason.REQUESTED, 'a cycle'),
  (_, accepted) => accepted.close(CloseReason.REQUESTED, 'a cycle'),
  (_, __, carrier) => carrier.stream.destroy(),
  (dialed) => void dialed.drain(CloseReason.SHUTDOWN, 'a cycle'),
];

/** Kinds of things that keep an event loop busy, counted. */
async function handlesInUse(): Promise<Record<string, number>> {
  // What was closed lingers for a second at most.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const counts: Record<string, number> = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  delete counts['Immediate'];
  return counts;
}
