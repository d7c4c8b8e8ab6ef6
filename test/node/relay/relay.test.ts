import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { CloseReason } from '../../../gen/towline/v1/frame_pb.ts';
import { RelayService } from '../../../gen/towline/v1/relay_service_pb.ts';
import { AsyncQueue } from '../../../src/base/async-queue.ts';
import { createClient } from '../../../src/rpc/client.ts';
import { errorInfoOf } from '../../../src/rpc/failure.ts';
import { createLocalTransport } from '../../../src/rpc/local-transport.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import type { Probe } from '../../fixtures/probe.ts';
import { Member, startTrio } from './member.ts';

/** The last link to the other that ended. */
const lastEnd = (one: Member, other: Member) =>
  one.links.pool.history.list().find(({ facts }) => Buffer.compare(facts.peerNodeId, other.nodeId) === 0);

describe('a relayed link', () => {
  it('carries calls both ways between two nodes that reach the same hub, and says through whom', async () => {
    await using trio = await startTrio();
    const { left, right, hub } = trio;
    expect(await left.probe(right).echo({ text: 'ahoy' })).toMatchObject({ text: 'ahoy' });
    expect(await right.probe(left).echo({ text: 'back' })).toMatchObject({ text: 'back' });
    expect(left.linkTo(right)).toMatchObject({ carrier: 'relay', via: hub.nodeId, dialed: true });
    expect(right.linkTo(left)).toMatchObject({ carrier: 'relay', via: hub.nodeId, dialed: false });
    expect(left.peers.byAlias('right')?.relayAlias).toBe('hub');
    expect(left.links.board.list({ states: [] })).toContainEqual(
      expect.objectContaining({ alias: 'right', relayAlias: 'hub' }),
    );
  });

  it('gives the hub nothing to read', async () => {
    await using trio = await startTrio();
    const { left, right, hub } = trio;
    const seen: Uint8Array[] = [];
    hub.tap = (data) => {
      seen.push(data.slice());
      return data;
    };
    const marker = 'the-marker-that-only-the-two-may-read';
    const data = Buffer.from(marker.repeat(100_000));
    const answer = await left.probe(right).echo({ text: marker, data });
    expect(Buffer.from(answer.data).equals(data)).toBe(true);
    const carried = Buffer.concat(seen);
    expect(carried.length).toBeGreaterThan(2 * data.length);
    expect(carried.includes(marker)).toBe(false);
  });

  it('carries much both ways at once', { timeout: 60_000 }, async () => {
    await using trio = await startTrio();
    const { left, right } = trio;
    const data = Buffer.alloc(1024 * 1024, 7);
    const echo = async (one: Member, other: Member) => (await one.probe(other).echo({ data })).data.length;
    await echo(left, right);
    const calls = Array.from({ length: 8 }, () => [echo(left, right), echo(right, left)]).flat();
    expect(new Set(await Promise.all(calls))).toEqual(new Set([data.length]));
  });

  it('ends when the hub alters a bit, and says so', async () => {
    await using trio = await startTrio();
    const { left, right, hub } = trio;
    await left.probe(right).echo({ text: 'before' });
    hub.tap = (data) => data.map((byte, index) => (index === data.length - 1 ? byte ^ 1 : byte));
    await expect(left.probe(right).echo({ text: 'after' })).rejects.toThrow('lost during the call');
    await vi.waitFor(() => expect(lastEnd(right, left)).toBeDefined());
    expect(lastEnd(right, left)?.end).toMatchObject({
      reason: CloseReason.CARRIER_LOST,
      message: 'the carrier failed: its bytes were altered on the way',
    });
  });

  it('ends with the link to the hub, and is opened again when that is back', async () => {
    await using trio = await startTrio();
    const { left, right, hub } = trio;
    await left.probe(right).echo({ text: 'before' });
    left.linkTo(hub)?.close(CloseReason.CARRIER_LOST, 'a fault');
    await vi.waitFor(() => expect([left.linkTo(right), right.linkTo(left)]).toEqual([undefined, undefined]));
    expect(lastEnd(right, left)?.end.message).toContain('the carrier');
    await expect(left.probe(right).echo({})).rejects.toThrow('no address of it is known');
    await left.linkInMemory(hub);
    expect(await left.probe(right).echo({ text: 'again' })).toMatchObject({ text: 'again' });
  });

  it('is opened again by itself where it is kept', async () => {
    await using trio = await startTrio();
    const { left, right, hub } = trio;
    left.links.pool.keep(right.nodeId, true);
    await vi.waitFor(() => expect(left.linkTo(right)?.carrier).toBe('relay'), 10_000);
    left.linkTo(hub)?.close(CloseReason.CARRIER_LOST, 'a fault');
    await vi.waitFor(() => expect(left.linkTo(right)).toBeUndefined());
    await left.linkInMemory(hub);
    await vi.waitFor(() => expect(left.linkTo(right)?.carrier).toBe('relay'), 10_000);
  });

  it('makes way for a direct one when there is a path, and its calls end well', async () => {
    await using trio = await startTrio();
    const { left, right } = trio;
    const words = new AsyncQueue<Partial<Probe>>();
    const answers = left
      .probe(right)
      .chat(words as AsyncIterable<Probe>)
      [Symbol.asyncIterator]();
    words.push({ text: 'one' });
    expect((await answers.next()).value).toMatchObject({ text: 'one' });
    const relayed = left.linkTo(right);
    expect(relayed?.carrier).toBe('relay');

    await left.book.learn(right.nodeId, [await right.openPort()], 'manual');
    await left.peers.refresh(right.nodeId);
    left.links.probe(right.nodeId);
    await vi.waitFor(() => expect(left.linkTo(right)?.carrier).toBe('tls'), 10_000);
    await vi.waitFor(() => expect(right.linkTo(left)?.carrier).toBe('tls'), 10_000);
    expect(left.peers.byAlias('right')?.relayAlias).toBe('');
    expect(await left.probe(right).echo({ text: 'direct' })).toMatchObject({ text: 'direct' });

    words.push({ text: 'two' });
    expect((await answers.next()).value).toMatchObject({ text: 'two' });
    words.end();
    expect((await answers.next()).done).toBe(true);
    expect((await relayed?.closed)?.reason).toBe(CloseReason.DUPLICATE);
  });

  it('is not asked for where a direct path answers', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    await left.book.learn(right.nodeId, [await right.openPort()], 'manual');
    await left.peers.refresh(right.nodeId);
    await left.probe(right).echo({});
    expect(left.linkTo(right)?.carrier).toBe('tls');
    await sleep(50);
    expect(hub.records.map(({ fields }) => fields?.['method'])).not.toContain('towline.v1.RelayService/Relay');
  });
});

describe('a node that is dialed through a hub', () => {
  it('refuses a key that it does not trust, whoever the hub says that it is', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    await using eve = await Member.start('eve');
    await Promise.all([eve.trust(hub, right), hub.trust(eve)]);
    await eve.linkInMemory(hub);
    hub.claim = left.nodeId;
    await expect(eve.probe(right).echo({})).rejects.toThrow('this key is not trusted here');
    expect(right.linkTo(eve)).toBeUndefined();
    const refused = right.records.find(({ message }) => message === 'refused a relayed link');
    expect(refused?.fields).toMatchObject({ via: 'hub', claim: Buffer.from(left.nodeId).toString('hex') });
  });

  it('cannot be played by the hub', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    const asPeer = { kind: 'peer' as const, name: 'left', groups: new Set<string>(), nodeId: left.nodeId };
    hub.divert = createClient(RelayService, createLocalTransport(hub.registry, asPeer));
    await expect(left.probe(right).echo({})).rejects.toThrow('relay:hub is not the node that was meant');
  });
});

describe('a hub', () => {
  it('carries only between keys that share a group of its own', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    await hub.keyring.add({ nodeId: right.nodeId, alias: 'right', group: 'work' });
    await hub.keyring.remove('right', 'home');
    await expect(left.probe(right).echo({})).rejects.toThrow('knows no such peer that shares a group with you');
    const unknown = await Member.start('unknown');
    await left.trust(unknown);
    await expect(left.probe(unknown).echo({})).rejects.toThrow('knows no such peer that shares a group with you');
    await unknown[Symbol.asyncDispose]();
    await hub.keyring.add({ nodeId: left.nodeId, alias: 'left', group: 'work' });
    expect(await left.probe(right).echo({ text: 'work' })).toMatchObject({ text: 'work' });
  });

  it('ends what it carries when it is allowed no longer', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    await left.probe(right).echo({});
    await hub.keyring.add({ nodeId: right.nodeId, alias: 'right', group: 'work' });
    await hub.keyring.remove('right', 'home');
    await vi.waitFor(() => expect(left.linkTo(right)).toBeUndefined());
    expect(left.linkTo(hub)).toBeDefined();
    expect(lastEnd(left, right)?.end.message).toContain('shares a group');
  });

  it('carries nothing where that is turned off', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    await left.probe(right).echo({});
    hub.isRelaying = false;
    hub.relay.review();
    await vi.waitFor(() => expect(left.linkTo(right)).toBeUndefined());
    await expect(left.probe(right).echo({})).rejects.toThrow('this node does not relay');
    // A hello says so from the next link on: then nobody asks.
    left.linkTo(hub)?.close(CloseReason.REQUESTED, '');
    await left.linkInMemory(hub);
    await expect(left.probe(right).echo({})).rejects.toThrow(/^\[unavailable\] no address of it is known$/);
  });

  it('says when the target is not there', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    right.linkTo(hub)?.close(CloseReason.REQUESTED, '');
    await vi.waitFor(() => expect(hub.linkTo(right)).toBeUndefined());
    await expect(left.probe(right).echo({})).rejects.toThrow('it has no link to the relaying node');
  });

  it('relays no relayed link', async () => {
    await using trio = await startTrio();
    const { left, right } = trio;
    await using far = await Member.start('far');
    await Promise.all([far.trust(right, left), left.trust(far), right.trust(far)]);
    await far.linkInMemory(right);
    await left.probe(right).echo({});
    const asked = left.relayOf(right).relay(requests(targetOf(far)));
    await expect(first(asked)).rejects.toThrow('a relayed link carries no other');
    const answered = far.relayOf(right).relay(requests(targetOf(left)));
    await expect(first(answered)).rejects.toThrow('its own link to the relaying node is relayed');
  });

  it.each([
    ['itself as the target', 'RELAY_NOT_ALLOWED', ({ hub }: Names) => targetOf(hub)],
    ['the dialer as the target', 'RELAY_NOT_ALLOWED', ({ left }: Names) => targetOf(left)],
    ['data before the target', 'RELAY_WRONG_MESSAGE', () => ({ case: 'data', value: new Uint8Array(1) })],
    ['a target that is no key', 'INVALID_REQUEST', () => ({ case: 'target', value: { nodeId: new Uint8Array(3) } })],
  ] as const)('refuses %s', async (_what, reason, kindOf) => {
    await using trio = await startTrio();
    const { left, hub } = trio;
    const answers = left.relayOf(hub).relay(requests(kindOf({ hub, left }) as Kind));
    const error = await first(answers).catch((error: unknown) => error);
    expect(errorInfoOf(error)?.reason).toBe(reason);
  });

  it('carries for nodes alone, not for whoever has a token', async () => {
    await using trio = await startTrio();
    const { hub, right } = trio;
    const program = { kind: 'program' as const, name: 'curl', groups: new Set(['home']) };
    const client = createClient(RelayService, createLocalTransport(hub.registry, program));
    const answers = client.relay(requests(targetOf(right)));
    await expect(first(answers)).rejects.toThrow('only nodes are relayed');
  });

  it('holds no more than a window of credit when a reader stops', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    const endless = new ServiceRegistry().add(RelayService, {
      async *accept() {
        yield { kind: { case: 'ready' as const, value: {} } };
        for (;;) yield { kind: { case: 'data' as const, value: new Uint8Array(65_000) } };
      },
    });
    const asPeer = { kind: 'peer' as const, name: 'hub', groups: new Set<string>(), nodeId: hub.nodeId };
    hub.divert = createClient(RelayService, createLocalTransport(endless, asPeer));
    let carried = 0;
    hub.tap = (data) => {
      carried += data.length;
      return data;
    };
    const stop = new AbortController();
    await first(left.relayOf(hub).relay(requests(targetOf(right)), { signal: stop.signal }));
    await vi.waitFor(() => expect(carried).toBeGreaterThan(1_000_000), 10_000);
    await sleep(300);
    expect(carried).toBeLessThan(1_500_000);
    stop.abort();
  });

  it('carries at most 64 connections of a peer', async () => {
    await using trio = await startTrio();
    const { hub, left, right } = trio;
    const open = () => left.relayOf(hub).relay(requests(targetOf(right)));
    const calls = Array.from({ length: 64 }, open);
    await Promise.all(calls.map(first));
    await expect(first(open())).rejects.toThrow('too many relayed connections');
    await calls[0]?.[Symbol.asyncIterator]().return?.();
    await vi.waitFor(async () => expect((await first(open())).kind.case).toBe('ready'));
  });
});

interface Names {
  readonly hub: Member;
  readonly left: Member;
}

type Kind = { case: 'target'; value: { nodeId: Uint8Array } } | { case: 'data'; value: Uint8Array };

const targetOf = ({ nodeId }: Member) => ({ case: 'target' as const, value: { nodeId } });

/** Requests that do not end. */
async function* requests(kind: Kind) {
  yield { kind };
  await sleep(60_000, undefined, { ref: false });
}

async function first<T>(answers: AsyncIterable<T>): Promise<T> {
  const { done, value } = await answers[Symbol.asyncIterator]().next();
  if (done) throw new Error('the call ended without an answer');
  return value;
}
