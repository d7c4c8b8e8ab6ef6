import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, type HandlerContext, type Transport } from '@connectrpc/connect';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { LocalError } from '../../src/base/errors.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import type { Link } from '../../src/link/link.ts';
import { dialLink } from '../../src/link/open.ts';
import { LinkPool } from '../../src/link/pool.ts';
import { createClient } from '../../src/rpc/client.ts';
import { failure, reasonOf } from '../../src/rpc/failure.ts';
import { serveLink } from '../../src/rpc/link-server.ts';
import { createLinkTransport } from '../../src/rpc/link-transport.ts';
import { once } from '../../src/rpc/messages.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { MAX_ATTEMPTS } from '../../src/rpc/retries.ts';
import { retryTransport } from '../../src/rpc/retry-transport.ts';
import { linkLost } from '../../src/rpc/status.ts';
import { testTransport } from '../compliance/transport.ts';
import { type Probe, ProbeSchema, RepeatService } from '../fixtures/probe.ts';
import { listen, optionsOf, type TestServer, testNode } from '../link/support.ts';
import { fakeLinkPair } from './fake-link.ts';

testTransport('link with retries', async (registry, principal, interceptors) => {
  const { dialer, acceptor } = fakeLinkPair();
  serveLink(acceptor, registry, principal);
  const transport = retryTransport(createLinkTransport(dialer, { interceptors }));
  return { transport, close: async () => undefined };
});

const peer: Principal = { kind: 'peer', name: 'work', groups: new Set() };
const hanging = new Promise<never>(() => undefined);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closers.splice(0).reverse()) await close();
});

type Handler = (request: Probe, context: HandlerContext) => Promise<{ text: string }> | { text: string };

interface Setting {
  /** The unary methods, all alike. */
  readonly unary?: Handler;
  readonly watch?: (request: Probe, context: HandlerContext) => AsyncIterable<{ text: string }>;
  /** Stands between the pool and the network. */
  readonly dial?: (dial: () => Promise<Link>) => Promise<Link>;
}

/** A client of a node at the other end of real TLS links, which the test cuts. */
async function connect({ unary = () => ({ text: '' }), watch, dial = (next) => next() }: Setting) {
  const [one, two] = [testNode(), testNode()];
  const server = await listen(two);
  const registry = new ServiceRegistry().add(RepeatService, {
    read: unary,
    set: unary,
    add: unary,
    ...(watch ? { watch } : {}),
  });
  let isServing = true;
  const accepted: Link[] = [];
  const serve = async () => {
    while (isServing) {
      const link = await server.accepted.next().catch(() => undefined);
      if (link) accepted.push(link);
      if (link) serveLink(link, registry, peer);
    }
  };
  void serve();
  const pool = new LinkPool({
    nodeId: one.nodeId,
    dial: (nodeId, signal) =>
      dial(async () => {
        const carrier = await dialTls({ identity: await one.tls(), nodeId, address: server.address, signal });
        return dialLink(carrier, optionsOf(one), signal);
      }),
    onEvent: () => undefined,
  });
  closers.push(async () => {
    isServing = false;
    pool.revoke(two.nodeId);
    await server[Symbol.asyncDispose]();
  });
  const transport = retryTransport(createLinkTransport(() => pool.linkTo(two.nodeId)));
  return { client: createClient(RepeatService, transport), server, pool, accepted, cut: () => cut(server) };
}

function cut({ sockets }: TestServer): void {
  for (const socket of sockets) socket.destroy();
}

const failed = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a unary call whose link is cut in flight', () => {
  it.each(['read', 'set'] as const)('is made again if it may be repeated (%s)', async (name) => {
    const texts: string[] = [];
    const { client, cut } = await connect({
      unary: ({ text }) => {
        texts.push(text);
        if (texts.length > 2) return { text: 'done' };
        cut();
        return hanging;
      },
    });
    expect(await client[name]({ text: 'x' })).toMatchObject({ text: 'done' });
    expect(texts).toEqual(['x', 'x', 'x']);
  });

  it('fails with LINK_LOST, and never runs again, if it may not be repeated', async () => {
    let runs = 0;
    const { client, cut } = await connect({
      unary: () => {
        runs++;
        cut();
        return hanging;
      },
    });
    expect(reasonOf(await failed(client.add({})))).toBe('LINK_LOST');
    expect(runs).toBe(1);
  });

  it('is given up after a number of attempts, all of which were cut', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0); // no pauses
    let runs = 0;
    const { client, cut } = await connect({
      unary: () => {
        runs++;
        cut();
        return hanging;
      },
    });
    expect(reasonOf(await failed(client.read({})))).toBe('LINK_LOST');
    expect(runs).toBe(MAX_ATTEMPTS);
  });

  it('keeps its deadline, however often it is made', async () => {
    const { client, cut } = await connect({
      unary: (_, { timeoutMs }) => {
        expect(timeoutMs()).toBeLessThanOrEqual(400);
        cut();
        return hanging;
      },
    });
    const startMs = performance.now();
    const error = await failed(client.read({}, { timeoutMs: 400 }));
    expect(error).toMatchObject({ code: Code.DeadlineExceeded });
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });

  it('is given up when its caller gives up, also between two attempts', async () => {
    const stop = new AbortController();
    let dials = 0;
    const { client, cut } = await connect({
      unary: () => {
        cut();
        return hanging;
      },
      dial: (next) => {
        if (++dials > 1) stop.abort();
        return next();
      },
    });
    expect(await failed(client.read({}, { signal: stop.signal }))).toMatchObject({ code: Code.Canceled });
  });

  it('waits for a peer that starts again, but not for one that was never there', async () => {
    let dials = 0;
    const unreachable = () => Promise.reject(new LocalError('LINK_UNREACHABLE', 'nobody answers'));
    const { client, cut } = await connect({
      unary: () => {
        if (dials > 3) return { text: 'back' };
        cut();
        return hanging;
      },
      dial: (next) => (++dials === 2 || dials === 3 ? unreachable() : next()),
    });
    expect(await client.read({})).toMatchObject({ text: 'back' });
    expect(dials).toBe(4);
    const never = await connect({ dial: unreachable });
    expect(reasonOf(await failed(never.client.read({})))).toBe('LINK_UNREACHABLE');
  });

  it('fails at once when the peer says no, and when the failure is its own', async () => {
    let dials = 0;
    const { client, cut } = await connect({
      unary: () => {
        cut();
        return hanging;
      },
      dial: (next) => (++dials > 1 ? Promise.reject(new LocalError('LINK_UNTRUSTED', 'not you')) : next()),
    });
    expect(reasonOf(await failed(client.read({})))).toBe('LINK_UNTRUSTED');
    let runs = 0;
    const other = await connect({
      unary: () => {
        runs++;
        throw failure(Code.Unavailable, 'UPSTREAM_DOWN', 'not now');
      },
    });
    expect(reasonOf(await failed(other.client.read({})))).toBe('UPSTREAM_DOWN');
    expect(runs).toBe(1);
  });
});

describe('a call that meets a link that drains', () => {
  it('is made on the next link, whatever its method: it was not begun', async () => {
    const { client, pool } = await connect({ unary: () => ({ text: 'done' }) });
    await client.add({});
    const [link] = pool.links();
    const draining = link?.drain(CloseReason.REQUESTED, 'make way');
    expect(await client.add({})).toMatchObject({ text: 'done' });
    await draining;
  });

  it('is told so by the other side if it crossed the GoAway, and is made again if it may be', async () => {
    const { client, accepted } = await connect({ unary: () => ({ text: 'done' }) });
    await client.read({});
    void accepted[0]?.drain(CloseReason.REQUESTED, 'make way');
    const [read, add] = [client.read({}), failed(client.add({}))];
    expect(await read).toMatchObject({ text: 'done' });
    expect(reasonOf(await add)).toBe('LINK_DRAINING');
  });

  it('is not made again when a handler failed with these words', async () => {
    let runs = 0;
    const { client } = await connect({
      unary: () => {
        runs++;
        throw failure(Code.Unavailable, 'LINK_DRAINING', 'of a link to somebody else');
      },
    });
    expect(reasonOf(await failed(client.add({})))).toBe('LINK_DRAINING');
    expect(runs).toBe(1);
  });
});

describe('a stream of answers whose link is cut', () => {
  it('keeps its deadline', async () => {
    const { client, cut } = await connect({
      // biome-ignore lint/correctness/useYield: a stream that is cut before its first answer
      async *watch() {
        cut();
        await hanging;
      },
    });
    const answers = client.watch({}, { timeoutMs: 300 })[Symbol.asyncIterator]();
    expect(await failed(answers.next())).toMatchObject({ code: Code.DeadlineExceeded });
  });

  it.each([true, false])('begins again if there was no answer yet (headers wanted: %s)', async (wantsHeaders) => {
    let runs = 0;
    const { client, cut } = await connect({
      async *watch({ text }, context) {
        if (++runs === 1) {
          context.responseHeader.set('x-run', '1');
          cut();
          await hanging;
        }
        context.responseHeader.set('x-run', String(runs));
        yield { text };
        yield { text: 'end' };
      },
    });
    const headers: (string | null)[] = [];
    const texts: string[] = [];
    const onHeader = (header: Headers) => headers.push(header.get('x-run'));
    for await (const { text } of client.watch({ text: 'x' }, wantsHeaders ? { onHeader } : {})) texts.push(text);
    expect([texts, headers, runs]).toEqual([['x', 'end'], wantsHeaders ? ['2'] : [], 2]);
  });

  it('fails if there was one: the reader must know that some may be missing', async () => {
    let runs = 0;
    const { client, cut } = await connect({
      async *watch() {
        runs++;
        yield { text: 'first' };
        setTimeout(cut, 20);
        await hanging;
      },
    });
    const texts: string[] = [];
    const read = async () => {
      for await (const { text } of client.watch({})) texts.push(text);
    };
    expect(reasonOf(await failed(read()))).toBe('LINK_LOST');
    expect([texts, runs]).toEqual([['first'], 1]);
  });

  /** A server may send headers long before its first answer: a transport of which the test says what comes when. */
  function headersFirst(answers: (() => Promise<IteratorResult<Probe>>)[]): { transport: Transport; calls: number } {
    const seen = { calls: 0, transport: {} as Transport };
    seen.transport = {
      unary: () => Promise.reject(new Error('no unary calls here')),
      async stream(method) {
        seen.calls++;
        const next = answers.shift() ?? (() => hanging);
        const message = { next, [Symbol.asyncIterator]: () => message };
        return { stream: true, service: method.parent, method, header: new Headers(), trailer: new Headers(), message };
      },
    } as Transport;
    return seen;
  }

  const lost = () => Promise.reject(linkLost('cut'));

  it('begins again after its headers, if there was no answer yet', async () => {
    const there = create(ProbeSchema, { text: 'there' });
    const server = headersFirst([lost, lost, () => Promise.resolve({ done: false, value: there })]);
    const answers = createClient(RepeatService, retryTransport(server.transport)).watch({})[Symbol.asyncIterator]();
    expect(await answers.next()).toMatchObject({ value: { text: 'there' } });
    expect(server.calls).toBe(3);
  });

  it('is not begun again when its reader has left', async () => {
    const server = headersFirst(Array.from({ length: MAX_ATTEMPTS }, () => lost));
    const stream = await retryTransport(server.transport).stream(
      RepeatService.method.watch,
      undefined,
      undefined,
      undefined,
      once({}),
    );
    const answers = stream.message[Symbol.asyncIterator]();
    const first = failed(answers.next());
    await answers.return?.();
    expect(await first).toBeInstanceOf(ConnectError);
    expect(server.calls).toBe(1);
  });
});
