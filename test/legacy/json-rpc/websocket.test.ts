import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, type HandlerContext } from '@connectrpc/connect';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { MAX_CALLS, MESSAGES_PER_TURN, REQUEST_WINDOW } from '../../../src/legacy/json-rpc/limits.ts';
import { failure } from '../../../src/rpc/failure.ts';
import { type Principal, stranger } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { ProbeService } from '../../fixtures/probe.ts';
import { type Door, openDoor, owner, probeRegistry, type Wire } from './doors.ts';

const stream = (params: Record<string, unknown>) => ({ jsonrpc: '2.0', method: 'rpc.stream', params });
const answer = (id: unknown, result: unknown) => ({ jsonrpc: '2.0', id, result });

/** A handler that ends when its call does, and says so. */
function waiting() {
  const ended = Promise.withResolvers<unknown>();
  const started = Promise.withResolvers<void>();
  const wait = (_: unknown, { signal }: HandlerContext) =>
    new Promise<never>((_resolve, reject) => {
      started.resolve();
      signal.addEventListener('abort', () => {
        ended.resolve(signal.reason);
        reject(signal.reason);
      });
    });
  return { wait, ended: ended.promise, started: started.promise };
}

let door: Door;
let wire: Wire;
beforeAll(async () => {
  door = await openDoor(probeRegistry());
});
afterAll(() => door[Symbol.asyncDispose]());
beforeEach(async () => {
  wire = await door.connect();
});
afterEach(() => wire[Symbol.asyncDispose]());

describe('a WebSocket', () => {
  it('answers requests and batches, and no notifications', async () => {
    wire.tell('ProbeService.Echo', { text: 'nobody hears' });
    wire.send('{"jsonrpc":"2.0","id":1.50,"method":"ProbeService.Echo","params":{"text":"hi"}}');
    wire.send(
      '[{"jsonrpc":"2.0","id":"b","method":"ProbeService.Echo"},{"jsonrpc":"2.0","method":"ProbeService.Echo"}]',
    );
    await wire.until(2);
    expect(wire.received).toEqual([
      '{"jsonrpc":"2.0","id":1.50,"result":{"text":"hi"}}',
      '[{"jsonrpc":"2.0","id":"b","result":{}}]',
    ]);
  });

  it('answers what is no request, and goes on', async () => {
    wire.send('{"jsonrpc":');
    wire.send('{}');
    wire.send('[]');
    wire.ask(1, 'no.such');
    wire.ask(2, 'ProbeService.Echo');
    const codes = (await wire.until(5)).map((message) => (message as { error?: { code: number } }).error?.code);
    expect(codes.sort()).toEqual([-32600, -32600, -32601, -32700, undefined]);
  });

  it('refuses an id that is in use, without confusing it with the first', async () => {
    const { wait, started, ended } = waiting();
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo: wait }));
    await using busy = await own.connect();
    busy.ask('a', 'ProbeService.Echo');
    await started;
    busy.send('{"jsonrpc":"2.0","id":"\\u0061","method":"ProbeService.Echo"}');
    expect(await busy.until(1)).toMatchObject([{ id: null, error: { code: -32600, data: { reason: 'ID_IN_USE' } } }]);
    busy.tell('rpc.cancel', { id: 'a' });
    await ended;
    expect(await busy.until(2)).toMatchObject([{}, { id: 'a', error: { code: -32001, data: { code: 'canceled' } } }]);
    busy.ask('b', 'rpc.cancel', { id: 'a' });
    expect((await busy.until(3))[2]).toEqual(answer('b', false));
  });

  it('ends what is under way when it ends', async () => {
    const { wait, started, ended } = waiting();
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo: wait }));
    const gone = await own.connect();
    gone.ask(1, 'ProbeService.Echo');
    await started;
    gone.ws.terminate();
    expect(await ended).toMatchObject({ code: Code.Canceled });
  });

  it(`has at most ${MAX_CALLS} calls under way`, async () => {
    const { wait } = waiting();
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo: wait, rule: () => ({}) }));
    await using busy = await own.connect();
    for (let id = 0; id <= MAX_CALLS; id++) busy.ask(id, 'ProbeService.Echo');
    expect(await busy.until(1)).toMatchObject([
      { id: MAX_CALLS, error: { code: -32008, data: { reason: 'TOO_MANY_CALLS' } } },
    ]);
    busy.tell('rpc.cancel', { id: 0 });
    await busy.until(2);
    busy.ask('again', 'ProbeService.Rule');
    expect((await busy.until(3))[2]).toEqual(answer('again', {}));
  });

  it('serves a burst in order, over several turns', async () => {
    const order: number[] = [];
    const echo = ({ count }: { count: number }) => {
      order.push(count);
      return {};
    };
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo }));
    await using busy = await own.connect();
    const count = MESSAGES_PER_TURN * 10;
    for (let n = 0; n < count; n++) busy.ask(n, 'ProbeService.Echo', { count: n });
    await busy.until(count);
    expect(order).toEqual(Array.from({ length: count }, (_, n) => n));
  });

  it('gets a deadline by a member', async () => {
    const { wait, ended } = waiting();
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo: wait }));
    await using late = await own.connect();
    late.ask(1, 'ProbeService.Echo', {}, { timeout_ms: 50 });
    expect(await late.until(1)).toMatchObject([{ id: 1, error: { code: -32004 } }]);
    expect(await ended).toMatchObject({ code: Code.DeadlineExceeded });
  });

  it('whose other end does not answer is ended, and another is not', async () => {
    await using own = await openDoor(probeRegistry(), { pingMs: 200 });
    await using alive = await own.connect();
    const dead = new WebSocket(own.url.replace('http', 'ws'), { autoPong: false });
    await once(dead, 'close');
    alive.ask(1, 'ProbeService.Echo');
    expect(await alive.until(1)).toEqual([answer(1, {})]);
  });

  it('is told when the node stops', async () => {
    const own = await openDoor(probeRegistry());
    await using session = await own.connect();
    const closed = session.closed();
    await own[Symbol.asyncDispose]();
    expect(await closed).toBe(1001);
  });

  it('is for somebody', async () => {
    await using own = await openDoor(probeRegistry(), { identify: () => stranger });
    const ws = new WebSocket(own.url.replace('http', 'ws'));
    const [, response] = await once(ws, 'unexpected-response');
    expect(response.statusCode).toBe(401);
    ws.on('error', () => undefined).terminate();
  });

  it('ends as soon as whoever opened it says something and is nobody any more', async () => {
    let isRevoked = false;
    const identify = (): Principal => {
      if (isRevoked) throw failure(Code.Unauthenticated, 'TOKEN_EXPIRED', 'the token has expired');
      return owner;
    };
    await using own = await openDoor(probeRegistry(), { identify });
    await using session = await own.connect();
    session.ask(1, 'ProbeService.Echo');
    await session.until(1);
    isRevoked = true;
    session.ask(2, 'ProbeService.Echo');
    expect(await session.closed()).toBe(1008);
    expect(session.received).toHaveLength(1);
  });
});

describe('a stream of answers', () => {
  it('is opened by an answer, and comes as notifications', async () => {
    wire.ask('w', 'ProbeService.Watch', { count: 2 });
    expect(await wire.until(4)).toEqual([
      answer('w', { stream: 'w' }),
      stream({ id: 'w', value: { count: 1 } }),
      stream({ id: 'w', value: { count: 2 } }),
      stream({ id: 'w', end: true }),
    ]);
  });

  it('in a batch begins after the answer to the batch', async () => {
    wire.send(JSON.stringify([{ jsonrpc: '2.0', id: 1, method: 'ProbeService.Watch', params: { count: 1 } }]));
    expect(await wire.until(3)).toEqual([
      [answer(1, { stream: 1 })],
      stream({ id: 1, value: { count: 1 } }),
      stream({ id: 1, end: true }),
    ]);
  });

  it('waits for credits, and its end does not', async () => {
    wire.ask(1, 'ProbeService.Watch', { count: 5 }, { credits: 2 });
    await wire.until(3);
    await sleep(100);
    expect(wire.received).toHaveLength(3);
    wire.tell('rpc.credit', { id: 1, messages: 3 });
    expect((await wire.until(7)).slice(5)).toEqual([
      stream({ id: 1, value: { count: 5 } }),
      stream({ id: 1, end: true }),
    ]);
  });

  it('gets 32 credits at first if the call names none', async () => {
    wire.ask(1, 'ProbeService.Watch', { count: 1_000 });
    await wire.until(33);
    await sleep(100);
    expect(wire.received).toHaveLength(33);
  });

  it('is cancelled, while it waits for credits or for its method', async () => {
    const { ended, wait } = waiting();
    async function* watch(_: unknown, context: HandlerContext) {
      yield { count: 1 };
      await wait(_, context);
    }
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { watch }));
    await using session = await own.connect();
    session.ask(1, 'ProbeService.Watch');
    await session.until(2);
    session.ask('c', 'rpc.cancel', { id: 1 });
    expect((await session.until(4)).slice(2)).toContainEqual(answer('c', true));
    expect((await session.until(4)).slice(2)).toContainEqual(
      expect.objectContaining({ params: { id: 1, error: expect.objectContaining({ code: -32001 }) } }),
    );
    expect(await ended).toMatchObject({ code: Code.Canceled });

    wire.ask(2, 'ProbeService.Watch', { count: 3 }, { credits: 1 });
    await wire.until(2);
    wire.tell('rpc.cancel', { id: 2 });
    expect((await wire.until(3))[2]).toMatchObject({ params: { id: 2, error: { code: -32001 } } });
    wire.ask(2, 'ProbeService.Echo');
    expect((await wire.until(4))[3]).toEqual(answer(2, {}));
  });

  it('that fails says so, in its answer if the parameters are wrong, else in a notification', async () => {
    wire.ask(1, 'ProbeService.Watch', { nothing: 1 });
    wire.ask(2, 'ProbeService.Watch', { count: 100_001 });
    expect(await wire.until(3)).toMatchObject([
      { id: 1, error: { code: -32602 } },
      answer(2, { stream: 2 }),
      { params: { id: 2, error: { code: -32602, data: { metadata: { rule: 'uint32.lte' } } } } },
    ]);
  });

  it('needs an id', async () => {
    wire.tell('ProbeService.Watch', { count: 1 });
    wire.ask(null, 'ProbeService.Watch', { count: 1 });
    expect(await wire.until(2)).toMatchObject([
      { id: null, error: { code: -32600, data: { reason: 'STREAM_NEEDS_ID' } } },
      { id: null, error: { code: -32600, data: { reason: 'STREAM_NEEDS_ID' } } },
    ]);
  });

  it('whose reader stops is not read ahead, and costs others nothing', async () => {
    let given = 0;
    const ended = Promise.withResolvers<void>();
    async function* endless() {
      try {
        for (;;) yield { text: `${given++}`.padEnd(100_000) };
      } finally {
        ended.resolve();
      }
    }
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { watch: endless, rule: () => ({}) }));
    await using stopped = await own.connect();
    await using other = await own.connect();
    stopped.ask(1, 'ProbeService.Watch', {}, { credits: 1_000_000 });
    await stopped.until(2);
    stopped.ws.pause();
    let before = -1;
    while (before !== given) {
      before = given;
      await sleep(300);
    }
    expect(given).toBeLessThan(1_000); // what buffers on the way hold, of an endless stream
    other.ask(1, 'ProbeService.Rule');
    expect(await other.until(1)).toEqual([answer(1, {})]);
    stopped.ws.terminate();
    await ended.promise;
  });
});

describe('a stream of requests', () => {
  it('has one answer, which comes as a value', async () => {
    wire.ask(1, 'ProbeService.Collect', { text: 'one' });
    wire.tell('rpc.stream', { id: 1, value: { text: 'two' } });
    wire.tell('rpc.stream', { id: 1, value: { text: 'three' } });
    wire.tell('rpc.stream', { id: 1, end: true });
    expect(await wire.until(3)).toEqual([
      answer(1, { stream: 1, credits: REQUEST_WINDOW }),
      stream({ id: 1, value: { text: 'one two three' } }),
      stream({ id: 1, end: true }),
    ]);
  });

  it('may go both ways', async () => {
    wire.ask('chat', 'ProbeService.Chat');
    for (const text of ['a', 'b']) {
      wire.tell('rpc.stream', { id: 'chat', value: { text } });
      await vi.waitFor(() =>
        expect(wire.received.map((message) => JSON.parse(message))).toContainEqual(
          stream({ id: 'chat', value: { text } }),
        ),
      );
    }
    wire.ask('end', 'rpc.stream', { id: 'chat', end: true });
    expect((await wire.until(5)).slice(3)).toEqual(
      expect.arrayContaining([answer('end', true), stream({ id: 'chat', end: true })]),
    );
  });

  it('is granted more as it is read', async () => {
    wire.ask(1, 'ProbeService.Collect');
    await wire.until(1);
    for (let n = 0; n < REQUEST_WINDOW; n++) wire.tell('rpc.stream', { id: 1, value: {} });
    expect((await wire.until(3))[1]).toEqual({
      jsonrpc: '2.0',
      method: 'rpc.credit',
      params: { id: 1, messages: REQUEST_WINDOW / 2 },
    });
  });

  it('that sends more than it was granted is ended', async () => {
    const { wait, started, ended } = waiting();
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { collect: wait }));
    await using greedy = await own.connect();
    greedy.ask(1, 'ProbeService.Collect');
    await started;
    for (let n = 0; n <= REQUEST_WINDOW; n++) greedy.tell('rpc.stream', { id: 1, value: {} });
    expect((await greedy.until(2))[1]).toMatchObject({
      params: { id: 1, error: { code: -32008, data: { reason: 'CREDIT_EXCEEDED' } } },
    });
    await ended;
  });

  it('with a value that is no message ends with the reason', async () => {
    wire.ask(1, 'ProbeService.Collect');
    wire.tell('rpc.stream', { id: 1, value: { nothing: 1 } });
    expect((await wire.until(2))[1]).toMatchObject({ params: { id: 1, error: { code: -32602 } } });
  });
});

describe('words about calls', () => {
  it.each([
    ['rpc.cancel', {}],
    ['rpc.cancel', [1]],
    ['rpc.cancel', { id: {} }],
    ['rpc.credit', { id: 1 }],
    ['rpc.credit', { id: 1, messages: 0 }],
    ['rpc.credit', { id: 1, messages: 1e9 }],
    ['rpc.stream', { id: 1 }],
    ['rpc.stream', { id: 1, end: false }],
  ])('%s %j is refused', async (method, params) => {
    wire.ask('q', method, params);
    expect(await wire.until(1)).toMatchObject([{ id: 'q', error: { code: -32602 } }]);
  });

  it('about calls that are over, or are no streams, change nothing', async () => {
    wire.ask('q', 'rpc.stream', { id: 99, value: {} });
    wire.ask('r', 'rpc.credit', { id: 99, messages: 1 });
    expect(await wire.until(2)).toEqual([answer('q', false), answer('r', false)]);
  });
});

describe('bad input on a WebSocket', () => {
  it('that is binary ends it', async () => {
    wire.ws.send(Buffer.from('{}'));
    expect(await wire.closed()).toBe(1003);
  });

  it('that is no UTF-8 ends it', async () => {
    wire.ws.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect(await wire.closed()).toBe(1007);
  });

  it('that is half a message and then nothing leaves others alone', async () => {
    const half = await door.connect();
    half.ws.send('{"jsonrpc":"2.0","id":1,"method":"ProbeSer', { fin: false });
    await sleep(50);
    half.ws.terminate();
    expect(half.received).toEqual([]);
    wire.ask(1, 'ProbeService.Echo');
    expect(await wire.until(1)).toEqual([answer(1, {})]);
  });

  it('in two halves is one message', async () => {
    wire.ws.send('{"jsonrpc":"2.0","id":1,"method":"Probe', { fin: false });
    wire.ws.send('Service.Echo"}', { fin: true });
    expect(await wire.until(1)).toEqual([answer(1, {})]);
  });

  it('that is too long ends it before it has come', async () => {
    const { hostname, port } = new URL(door.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const key = Buffer.alloc(16).toString('base64');
    socket.write(
      `GET /rpc HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-key: ${key}\r\nsec-websocket-version: 13\r\n\r\n`,
    );
    await once(socket, 'data');
    const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]); // 4 GiB of text to come
    socket.write(head);
    const [close] = await once(socket, 'data');
    expect((close as Buffer).readUInt16BE(2)).toBe(1009);
    socket.destroy();
  });
});
