import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import makeMdns from 'multicast-dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { dialTls } from '../../../src/link/carrier/tls.ts';
import { Candidates } from '../../../src/node/discovery/candidates.ts';
import { CANDIDATE_MS, MAX_ANSWERS_PER_SECOND, MAX_CANDIDATES } from '../../../src/node/discovery/limits.ts';
import { openMdns } from '../../../src/node/discovery/mdns.ts';
import { announcementsIn, recordsOf } from '../../../src/node/discovery/records.ts';
import { formatNodeId } from '../../../src/trust/node-id.ts';
import { listen as listenForLinks, testNode } from '../../link/support.ts';
import { Clock, newNodeId } from '../../trust/support.ts';

const wait = { timeout: 10_000, interval: 20 };

/** A port for this test's own group: the machine's other multicast is none of its business. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, resolve));
  const { port } = socket.address() as AddressInfo;
  socket.close();
  return port;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A node on a network that is this machine's loopback alone. */
async function listen(
  group: number,
  trusted: readonly Uint8Array[],
  ownId = newNodeId(),
  port: number | undefined = 7433,
) {
  const heard: string[] = [];
  const mdns = await openMdns({
    ownId: () => ownId,
    port: () => port,
    isTrusted: (nodeId) => trusted.some((one) => formatNodeId(one) === formatNodeId(nodeId)),
    heard: (nodeId, address) => heard.push(`${formatNodeId(nodeId)} ${address}`),
    log: silentLog,
    options: { port: group, interface: '127.0.0.1', bind: '0.0.0.0' },
  });
  ends.push(() => mdns.close());
  return { ownId, heard };
}

/** Somebody who says what it likes. */
function liar(group: number) {
  const socket = makeMdns({ port: group, interface: '127.0.0.1', bind: '0.0.0.0' });
  ends.push(() => socket.destroy());
  return socket;
}

describe('nodes on one network', () => {
  it('find those whose keys they trust, with the address that the packet came from', async () => {
    const group = await freePort();
    const desk = newNodeId();
    const laptop = newNodeId();
    const one = await listen(group, [desk], laptop, 7001);
    const two = await listen(group, [laptop], desk, 7002);
    await vi.waitFor(() => {
      expect(one.heard).toContain(`${formatNodeId(desk)} 127.0.0.1:7002`);
      expect(two.heard).toContain(`${formatNodeId(laptop)} 127.0.0.1:7001`);
    }, wait);
  });

  it('take no notice of strangers, of their own id, and of what is malformed; and of no more answers than a few', async () => {
    const group = await freePort();
    const desk = newNodeId();
    const { heard, ownId } = await listen(group, [desk]);
    const other = liar(group);
    await new Promise<void>((resolve) => other.once('ready', resolve));
    const say = (records: { answers: object[] }) => other.respond(records as Parameters<typeof other.respond>[0]);
    say(recordsOf({ nodeId: newNodeId(), port: 1 }));
    say(recordsOf({ nodeId: ownId, port: 2 }));
    say({ answers: [{ type: 'TXT', name: 'x._towline._tcp.local', data: ['id=did:key:z6Mkbroken'] }] });
    say({ answers: [{ type: 'TXT', name: 'x._towline._tcp.local', data: [] }] });
    say({ answers: [{ type: 'SRV', name: 'x._towline._tcp.local', data: { port: 0, target: 'x' } }] });
    const stray = createSocket('udp4');
    await new Promise<void>((resolve) => stray.send('no DNS at all', group, '127.0.0.1', () => resolve()));
    stray.close();
    for (let n = 0; n < 5 * MAX_ANSWERS_PER_SECOND; n++) say(recordsOf({ nodeId: desk, port: 10_000 + n }));
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(0), wait);
    // The flood spans two seconds of the clock at most, and a second is waited for.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard.every((line) => line.startsWith(formatNodeId(desk)))).toBe(true);
    expect(heard.length).toBeLessThanOrEqual(2 * MAX_ANSWERS_PER_SECOND);
  });

  it('hand no link to a liar who announces a trusted key from its own address: the key does not answer there', async () => {
    const group = await freePort();
    const [node, desk] = [testNode(), newNodeId()];
    await using trap = await listenForLinks(testNode());
    const port = Number(trap.address.split(':').at(-1));
    const { heard } = await listen(group, [desk], node.nodeId);
    const other = liar(group);
    await new Promise<void>((resolve) => other.once('ready', resolve));
    other.respond(recordsOf({ nodeId: desk, port }));
    await vi.waitFor(() => expect(heard).toEqual([`${formatNodeId(desk)} 127.0.0.1:${port}`]), wait);
    const dialed = dialTls({ identity: await node.tls(), nodeId: desk, address: `127.0.0.1:${port}` });
    await expect(dialed).rejects.toMatchObject({ reason: 'LINK_KEY_MISMATCH' });
  });

  it('believe nobody who answers from another port', async () => {
    const group = await freePort();
    const desk = newNodeId();
    const { heard } = await listen(group, [desk]);
    const elsewhere = liar(await freePort());
    await new Promise<void>((resolve) => elsewhere.once('ready', resolve));
    const records = recordsOf({ nodeId: desk, port: 6666 });
    await new Promise<void>((resolve) =>
      elsewhere.respond(records, { port: group, address: '127.0.0.1' }, () => resolve()),
    );
    const other = liar(group);
    await new Promise<void>((resolve) => other.once('ready', resolve));
    other.respond(recordsOf({ nodeId: desk, port: 7777 }));
    await vi.waitFor(() => expect(heard.at(-1)).toContain(':7777'), wait);
    expect(heard.join()).not.toContain(':6666');
  });
});

describe('an announcement', () => {
  it('holds the node id and the port, and nothing else', () => {
    const nodeId = newNodeId();
    const records = recordsOf({ nodeId, port: 7433 });
    expect(announcementsIn(records)).toEqual([{ nodeId, port: 7433 }]);
    expect(records.answers.map(({ type }) => type)).toEqual(['PTR', 'SRV', 'TXT']);
    expect(JSON.stringify(records)).not.toMatch(/towline\/|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+/);
  });
});

describe('what the network said', () => {
  it('is forgotten after a while, and never more than a few addresses of a peer', () => {
    const clock = new Clock();
    const candidates = new Candidates(clock.now);
    const desk = newNodeId();
    expect(candidates.hear(desk, 'a:1')).toBe(true);
    expect(candidates.hear(desk, 'a:1')).toBe(false);
    for (let n = 0; n < 100; n++) candidates.hear(desk, `10.0.0.${n}:1`);
    expect(candidates.addresses(desk)).toHaveLength(MAX_CANDIDATES);
    expect(candidates.addresses(desk)[0]).toEqual({ address: '10.0.0.99:1', source: 'discovery', seenMs: clock.ms });
    clock.ms += CANDIDATE_MS;
    expect(candidates.addresses(desk)).toEqual([]);
    expect(candidates.hear(desk, '10.0.0.99:1')).toBe(true);
  });
});
