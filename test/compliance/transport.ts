/**
 * What every transport promises, whatever carries it. Run it against each: local, HTTP, link.
 */
import { create } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  type HandlerContext,
  type Interceptor,
  type ServiceImpl,
  type Transport,
} from '@connectrpc/connect';
import { afterEach, describe, expect, it } from 'vitest';
import { ErrorInfoSchema } from '../../gen/towline/v1/error_info_pb.ts';
import { LocalError } from '../../src/base/errors.ts';
import { createLog, type LogRecord } from '../../src/base/log.ts';
import { createClient } from '../../src/rpc/client.ts';
import { errorInfoOf, failure } from '../../src/rpc/failure.ts';
import { type Principal, principalKey, stranger } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { MAX_COUNT, OtherService, type Probe, ProbeSchema, ProbeService } from '../fixtures/probe.ts';

/** A way to reach `registry` as `principal`. */
export type OpenTransport = (
  registry: ServiceRegistry,
  principal: Principal,
  interceptors: Interceptor[],
) => Promise<{ transport: Transport; close(): Promise<void> }>;

type Impl = Partial<ServiceImpl<typeof ProbeService>>;
interface Setting {
  readonly principal?: Principal;
  /** Client interceptors. */
  readonly interceptors?: Interceptor[];
  /** Server interceptors. */
  readonly serverInterceptors?: Interceptor[];
  readonly records?: LogRecord[];
}

const peer: Principal = { kind: 'peer', name: 'work', groups: new Set(['home']) };
const MIB = 1024 * 1024;

/** Registers the tests. */
export function testTransport(name: string, open: OpenTransport): void {
  describe(`the ${name} transport`, () => {
    const closers: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
    });

    async function connect(impl: Impl, setting: Setting = {}) {
      const { records, principal = peer, interceptors = [], serverInterceptors = [] } = setting;
      const log = createLog((record) => records?.push(record), 'debug');
      const registry = new ServiceRegistry({ log, interceptors: serverInterceptors }).add(ProbeService, impl);
      const { transport, close } = await open(registry, principal, interceptors);
      closers.push(close);
      return { transport, client: createClient(ProbeService, transport) };
    }

    describe('carries calls', () => {
      it('with one request and one response', async () => {
        const { client } = await connect({ echo: ({ text, count }) => ({ text: `${text}!`, count: count + 1 }) });
        expect(await client.echo({ text: 'hello', count: 1 })).toMatchObject({ text: 'hello!', count: 2 });
      });

      it('with a stream of responses, in order', async () => {
        const { client } = await connect({
          async *watch({ count }) {
            for (let i = 0; i < count; i++) yield { count: i };
          },
        });
        const counts = (await all(client.watch({ count: 200 }))).map(({ count }) => count);
        expect(counts).toEqual(Array.from({ length: 200 }, (_, i) => i));
      });

      it('with a stream of no responses', async () => {
        const { client } = await connect({ async *watch() {} });
        expect(await all(client.watch({}))).toEqual([]);
      });

      it('with a stream of requests', async () => {
        const { client } = await connect({ collect: async (requests) => ({ count: (await all(requests)).length }) });
        expect(await client.collect(repeat({ text: 'x' }, 100))).toMatchObject({ count: 100 });
      });

      it('with no requests in the stream', async () => {
        const { client } = await connect({ collect: async (requests) => ({ count: (await all(requests)).length }) });
        expect(await client.collect(repeat({}, 0))).toMatchObject({ count: 0 });
      });

      it('with streams both ways, each answer before the next request', async () => {
        const { client } = await connect({
          async *chat(requests) {
            for await (const { count } of requests) yield { count: count * 2 };
          },
        });
        const turns = turnByTurn([1, 2, 3]);
        const answers: number[] = [];
        for await (const { count } of client.chat(turns.requests)) {
          answers.push(count);
          turns.next();
        }
        expect(answers).toEqual([2, 4, 6]);
      });

      it('a hundred at a time without mixing them up', async () => {
        const { client } = await connect({
          async echo({ count }) {
            await pause(count % 7);
            return { count };
          },
        });
        const counts = Array.from({ length: 100 }, (_, i) => i);
        const answers = await Promise.all(counts.map((count) => client.echo({ count })));
        expect(answers.map(({ count }) => count)).toEqual(counts);
      });
    });

    describe('carries messages', () => {
      it('of 20 MiB, whole, both ways', async () => {
        const { client } = await connect({ echo: ({ data }) => ({ data }) });
        const data = new Uint8Array(20 * MIB).map((_, i) => i * 31);
        const answer = await client.echo({ data });
        expect(Buffer.compare(answer.data, data)).toBe(0);
      });

      it('of 20 MiB in a stream', async () => {
        const { client } = await connect({
          async *watch({ count }) {
            for (let i = 0; i < count; i++) yield { data: new Uint8Array(20 * MIB).fill(i) };
          },
        });
        const ends = (await all(client.watch({ count: 2 }))).map(({ data }) => [data.length, data.at(-1)]);
        expect(ends).toEqual([
          [20 * MIB, 0],
          [20 * MIB, 1],
        ]);
      });

      it('that are empty, as requests and responses of every shape', async () => {
        const empty = create(ProbeSchema);
        const { client } = await connect({
          echo: () => ({}),
          async *watch() {
            yield {};
          },
          collect: async (requests) => {
            await all(requests);
            return {};
          },
          async *chat(requests) {
            for await (const request of requests) yield request;
          },
        });
        expect(await client.echo({})).toEqual(empty);
        expect(await all(client.watch({}))).toEqual([empty]);
        expect(await client.collect(repeat({}, 2))).toEqual(empty);
        expect(await all(client.chat(repeat({}, 2)))).toEqual([empty, empty]);
      });
    });

    describe('carries headers and trailers', () => {
      const headers = { 'x-question': 'why', 'x-bits-bin': 'AAEC' };
      const reply = ({ requestHeader, responseHeader, responseTrailer }: HandlerContext) => {
        responseHeader.set('x-answer', `${requestHeader.get('x-question')} not`);
        responseTrailer.set('x-after', String(requestHeader.get('x-bits-bin')));
      };

      it('of a call with one response', async () => {
        const { client } = await connect({
          echo: (_, context) => {
            reply(context);
            return {};
          },
        });
        const seen = heard();
        await client.echo({}, { headers, ...seen.options });
        expect(seen.values()).toEqual(['why not', 'AAEC']);
      });

      it('of a call with a stream of responses; trailers may come from its end', async () => {
        const { client } = await connect({
          async *watch(_, context) {
            context.responseHeader.set('x-answer', 'early');
            yield {};
            context.responseTrailer.set('x-after', 'late');
          },
        });
        const seen = heard();
        await all(client.watch({}, { headers, ...seen.options }));
        expect(seen.values()).toEqual(['early', 'late']);
      });

      it('of a call with a stream of requests', async () => {
        const { client } = await connect({
          collect: async (requests, context) => {
            await all(requests);
            reply(context);
            return {};
          },
        });
        const seen = heard();
        await client.collect(repeat({}, 1), { headers, ...seen.options });
        expect(seen.values()).toEqual(['why not', 'AAEC']);
      });

      it('and the metadata of an error', async () => {
        const { client } = await connect({
          echo: () => {
            throw new ConnectError('no', Code.Aborted, { 'x-why': 'because' });
          },
        });
        const error = await failed(client.echo({}));
        expect(error.metadata.get('x-why')).toBe('because');
      });
    });

    describe('carries errors', () => {
      const tooMany = () =>
        failure(Code.ResourceExhausted, 'TOO_MANY', 'one at a time', { metadata: { limit: '1' }, retryDelayMs: 250 });

      it('with code, message and details, of a single answer', async () => {
        const { client } = await connect({
          echo: () => {
            throw tooMany();
          },
        });
        const error = await failed(client.echo({}));
        expect(error).toMatchObject({ code: Code.ResourceExhausted, rawMessage: 'one at a time' });
        expect(error.findDetails(ErrorInfoSchema)).toMatchObject([
          { reason: 'TOO_MANY', metadata: { limit: '1' }, retryDelayMs: 250 },
        ]);
      });

      it('after messages of a stream, which all arrive', async () => {
        const { client } = await connect({
          async *watch() {
            yield { count: 1 };
            yield { count: 2 };
            throw tooMany();
          },
        });
        const counts: number[] = [];
        const error = await failed(
          (async () => {
            for await (const { count } of client.watch({})) counts.push(count);
          })(),
        );
        expect(counts).toEqual([1, 2]);
        expect(errorInfoOf(error)?.reason).toBe('TOO_MANY');
      });

      it('of a local failure, by its reason', async () => {
        const { client } = await connect({
          echo: () => {
            throw new LocalError('DISK_FULL', 'the disk is full', { help: 'make room' });
          },
        });
        const error = await failed(client.echo({}));
        expect(error.code).toBe(Code.Internal);
        expect(errorInfoOf(error)).toMatchObject({ reason: 'DISK_FULL', help: 'make room' });
      });

      it('of a fault as an id, and keeps the fault in the log', async () => {
        const records: LogRecord[] = [];
        const { client } = await connect(
          {
            echo: () => {
              throw new TypeError('password is hunter2');
            },
          },
          { records },
        );
        const error = await failed(client.echo({}));
        const id = errorInfoOf(error)?.metadata['id'];
        expect(error.code).toBe(Code.Internal);
        expect(errorInfoOf(error)?.reason).toBe('INTERNAL');
        expect(error.message).not.toContain('hunter2');
        expect(records).toContainEqual(
          expect.objectContaining({ fields: expect.objectContaining({ id, error: 'password is hunter2' }) }),
        );
      });

      it('of a service that is not there', async () => {
        const { transport } = await connect({});
        const error = await failed(createClient(OtherService, transport).echo({}));
        expect(error.code).toBe(Code.Unimplemented);
      });

      it('of a method that its service lacks', async () => {
        const { client } = await connect({});
        expect(await failed(client.echo({}))).toMatchObject({ code: Code.Unimplemented });
        expect(await failed(all(client.watch({})))).toMatchObject({ code: Code.Unimplemented });
      });
    });

    describe('lets nobody in who may not', () => {
      const impl: Impl = {
        rule: () => ({ text: 'ruled' }),
        async *watchRule() {
          yield { text: 'ruled' };
        },
        echo: (_, { values }) => ({ text: values.get(principalKey).name }),
      };

      it('tells the handler who asks', async () => {
        const { client } = await connect(impl);
        expect(await client.echo({})).toMatchObject({ text: 'work' });
      });

      it('refuses a peer what only the owner may, and says so', async () => {
        const { client } = await connect(impl);
        for (const error of [await failed(client.rule({})), await failed(all(client.watchRule({})))]) {
          expect(error.code).toBe(Code.PermissionDenied);
          expect(errorInfoOf(error)).toMatchObject({ reason: 'PERMISSION_DENIED', permanent: true });
          expect(error.message).toContain('the owner of this node; peer:work is not');
        }
      });

      it('refuses strangers as not authenticated', async () => {
        const { client } = await connect(impl, { principal: stranger });
        const error = await failed(client.echo({}));
        expect(error.code).toBe(Code.Unauthenticated);
        expect(errorInfoOf(error)?.reason).toBe('UNAUTHENTICATED');
      });

      it('lets the owner rule', async () => {
        const { client } = await connect(impl, { principal: { kind: 'owner', name: 'owner', groups: new Set() } });
        expect(await client.rule({})).toMatchObject({ text: 'ruled' });
        expect(await all(client.watchRule({}))).toMatchObject([{ text: 'ruled' }]);
      });
    });

    describe('checks requests', () => {
      it('and refuses an invalid one before the handler sees it, with field and rule', async () => {
        let ran = false;
        const { client } = await connect({
          echo: () => {
            ran = true;
            return {};
          },
        });
        const error = await failed(client.echo({ count: MAX_COUNT + 1 }));
        expect(error.code).toBe(Code.InvalidArgument);
        expect(errorInfoOf(error)).toMatchObject({
          reason: 'INVALID_REQUEST',
          metadata: { field: 'count', rule: 'uint32.lte', message: 'towline.test.Probe' },
        });
        expect(ran).toBe(false);
      });

      it('each one of a stream', async () => {
        const { client } = await connect({ collect: async (requests) => ({ count: (await all(requests)).length }) });
        async function* requests() {
          yield { count: 1 };
          yield { count: MAX_COUNT + 1 };
        }
        expect(errorInfoOf(await failed(client.collect(requests())))?.reason).toBe('INVALID_REQUEST');
      });

      it('but not responses', async () => {
        const { client } = await connect({ echo: () => ({ count: MAX_COUNT + 1 }) });
        expect(await client.echo({})).toMatchObject({ count: MAX_COUNT + 1 });
      });
    });

    describe('keeps deadlines', () => {
      it('for a caller whose handler does not heed them', async () => {
        const gate = Promise.withResolvers<void>();
        const { client } = await connect({
          async echo() {
            await gate.promise;
            return {};
          },
        });
        const started = performance.now();
        expect(await failed(client.echo({}, { timeoutMs: 60 }))).toMatchObject({ code: Code.DeadlineExceeded });
        expect(performance.now() - started).toBeLessThan(2_000);
        gate.resolve();
      });

      it('for a stream that goes silent', async () => {
        const { client } = await connect({
          async *watch(_, { signal }) {
            yield { count: 1 };
            await aborted(signal);
          },
        });
        const counts: number[] = [];
        const error = await failed(
          (async () => {
            for await (const { count } of client.watch({}, { timeoutMs: 200 })) counts.push(count);
          })(),
        );
        expect(counts).toEqual([1]);
        expect(error.code).toBe(Code.DeadlineExceeded);
      });

      it('and tells the handler how long it has, and when it is over', async () => {
        const seen = Promise.withResolvers<unknown>();
        let left: number | undefined;
        const { client } = await connect({
          async echo(_, context) {
            left = context.timeoutMs();
            seen.resolve(await aborted(context.signal));
            return {};
          },
        });
        await failed(client.echo({}, { timeoutMs: 100 }));
        expect(left).toBeGreaterThan(0);
        expect(left).toBeLessThanOrEqual(100);
        // Which error it is depends on the race between the handler's timer and the caller's reset.
        expect(await seen.promise).toBeInstanceOf(ConnectError);
      });

      it('but none where none is set', async () => {
        const { client } = await connect({ echo: (_, context) => ({ text: String(context.timeoutMs()) }) });
        expect(await client.echo({})).toMatchObject({ text: 'undefined' });
      });
    });

    describe('cancels', () => {
      it('a call with one answer: the caller gets canceled, the handler sees its signal abort', async () => {
        const [begun, seen] = [Promise.withResolvers<void>(), Promise.withResolvers<unknown>()];
        const { client } = await connect({
          async echo(_, { signal }) {
            begun.resolve();
            seen.resolve(await aborted(signal));
            return {};
          },
        });
        const controller = new AbortController();
        const call = failed(client.echo({}, { signal: controller.signal }));
        await begun.promise;
        controller.abort();
        expect((await call).code).toBe(Code.Canceled);
        expect(ConnectError.from(await seen.promise).code).toBe(Code.Canceled);
      });

      it('a stream in the middle', async () => {
        const seen = Promise.withResolvers<unknown>();
        const { client } = await connect({
          async *watch(_, { signal }) {
            aborted(signal).then(seen.resolve);
            yield { count: 1 };
            await seen.promise;
          },
        });
        const controller = new AbortController();
        const error = await failed(
          (async () => {
            for await (const _ of client.watch({}, { signal: controller.signal })) controller.abort();
          })(),
        );
        expect(error.code).toBe(Code.Canceled);
        expect(ConnectError.from(await seen.promise).code).toBe(Code.Canceled);
      });

      it('at once if the signal is aborted already', async () => {
        const { client } = await connect({ echo: () => ({}), async *watch() {} });
        expect((await failed(client.echo({}, { signal: AbortSignal.abort() }))).code).toBe(Code.Canceled);
        expect((await failed(all(client.watch({}, { signal: AbortSignal.abort() })))).code).toBe(Code.Canceled);
      });

      it('when its reader stops early', async () => {
        const [seen, tidied] = [Promise.withResolvers<unknown>(), Promise.withResolvers<void>()];
        const { client } = await connect({
          async *watch(_, { signal }) {
            signal.addEventListener('abort', () => seen.resolve(signal.reason));
            try {
              for (let count = 0; ; count++) {
                yield { count };
                await pause(1);
              }
            } finally {
              tidied.resolve();
            }
          },
        });
        for await (const { count } of client.watch({})) if (count === 3) break;
        expect(ConnectError.from(await seen.promise).code).toBe(Code.Canceled);
        await tidied.promise;
      });

      it('what the caller still sends, when the call ends first', async () => {
        const tidied = Promise.withResolvers<void>();
        const { client } = await connect({
          async collect(requests) {
            for await (const { count } of requests) return { count };
            return {};
          },
        });
        async function* endless() {
          try {
            for (let count = 7; ; count++) {
              yield { count };
              await pause(1);
            }
          } finally {
            tidied.resolve();
          }
        }
        expect(await client.collect(endless())).toMatchObject({ count: 7 });
        await tidied.promise;
      });

      it('a call whose requests fail: the caller gets what it threw, the handler does not wait', async () => {
        const [begun, seen] = [Promise.withResolvers<void>(), Promise.withResolvers<unknown>()];
        const { client } = await connect({
          async collect(requests) {
            begun.resolve();
            await all(requests).then(seen.resolve, seen.resolve);
            return {};
          },
        });
        async function* broken(): AsyncGenerator<{ count: number }> {
          yield { count: 1 };
          await begun.promise;
          throw new Error('out of requests');
        }
        expect((await failed(client.collect(broken()))).message).toContain('out of requests');
        // Over HTTP/2 a caller that fails ends its stream before it resets it, and the end may be all that is seen.
        await seen.promise;
      });

      it("the handler's signal when a call has ended well, so that listeners tidy up", async () => {
        const ended = Promise.withResolvers<void>();
        const { client } = await connect({
          echo: (_, { signal }) => {
            signal.addEventListener('abort', () => ended.resolve());
            return {};
          },
        });
        await client.echo({});
        await ended.promise;
      });
    });

    describe('bounds what waits', () => {
      it('a reader that stops stops its writer', async () => {
        let made = 0;
        const { client } = await connect({
          async *watch() {
            for (;;) {
              made++;
              yield { data: new Uint8Array(64 * 1024) };
            }
          },
        });
        const answers = client.watch({})[Symbol.asyncIterator]();
        await answers.next();
        const stalled = await settled(() => made);
        for (let i = 0; i < 300; i++) await answers.next();
        expect(stalled).toBeLessThan(256); // 16 MiB
        expect(made).toBeGreaterThan(300);
        await answers.return?.();
      });

      it('a handler that does not read stops its caller', async () => {
        let made = 0;
        const gate = Promise.withResolvers<void>();
        const { client } = await connect({
          async collect(requests) {
            await gate.promise;
            let count = 0;
            for await (const _ of requests) count++;
            return { count };
          },
        });
        async function* requests() {
          for (made = 0; made < 600; made++) yield { data: new Uint8Array(64 * 1024) };
        }
        const answer = client.collect(requests());
        expect(await settled(() => made)).toBeLessThan(256); // 16 MiB
        gate.resolve();
        expect(await answer).toMatchObject({ count: 600 });
      });
    });

    describe('runs interceptors', () => {
      const stamp =
        (name: string, seen: string[]): Interceptor =>
        (next) =>
        async (call) => {
          call.header.append('x-seen', name);
          seen.push(`${name} ${call.service.typeName}/${call.method.name} ${call.stream}`);
          const response = await next(call);
          response.header.append('x-back', name);
          return response;
        };

      it("on the caller's side and on the handler's, the first outermost", async () => {
        const seen: string[] = [];
        const { client } = await connect(
          { echo: (_, { requestHeader }) => ({ text: requestHeader.get('x-seen') ?? '' }) },
          { interceptors: [stamp('a', seen), stamp('b', seen)], serverInterceptors: [stamp('c', seen)] },
        );
        let back: string | null = null;
        const answer = await client.echo({}, { onHeader: (header) => (back = header.get('x-back')) });
        expect(answer.text).toBe('a, b, c');
        expect(back).toBe('c, b, a');
        expect(seen).toEqual(['a', 'b', 'c'].map((name) => `${name} towline.test.ProbeService/Echo false`));
      });

      it('around streams of every shape', async () => {
        const seen: string[] = [];
        const { client } = await connect(
          {
            async *watch(_, { requestHeader }) {
              yield { text: requestHeader.get('x-seen') ?? '' };
            },
            collect: async (requests, { requestHeader }) => {
              const { length } = await all(requests);
              return { text: `${requestHeader.get('x-seen')} ${length}` };
            },
            async *chat(requests) {
              for await (const request of requests) yield request;
            },
          },
          { interceptors: [stamp('a', seen)], serverInterceptors: [stamp('b', seen)] },
        );
        expect(await all(client.watch({}))).toMatchObject([{ text: 'a, b' }]);
        expect(await client.collect(repeat({}, 3))).toMatchObject({ text: 'a, b 3' });
        expect(await all(client.chat(repeat({ count: 5 }, 2)))).toMatchObject([{ count: 5 }, { count: 5 }]);
        expect(seen).toHaveLength(6);
      });

      it('that refuse a call', async () => {
        const refuse: Interceptor = () => () => Promise.reject(failure(Code.Aborted, 'CLOSED', 'closed today'));
        const { client } = await connect({ echo: () => ({}) }, { serverInterceptors: [refuse] });
        expect(errorInfoOf(await failed(client.echo({})))?.reason).toBe('CLOSED');
      });
    });

    it('leaves one line in the log for each call, with who, what, how long and how it ended', async () => {
      const records: LogRecord[] = [];
      const { client } = await connect({ echo: () => ({}), async *watch() {} }, { records });
      await client.echo({});
      await all(client.watch({}));
      await failed(client.rule({}));
      await expect
        .poll(() => records.map(({ fields }) => [fields['method'], fields['code'], fields['principal']]))
        .toEqual([
          ['towline.test.ProbeService/Echo', 'Ok', 'peer:work'],
          ['towline.test.ProbeService/Watch', 'Ok', 'peer:work'],
          ['towline.test.ProbeService/Rule', 'PermissionDenied', 'peer:work'],
        ]);
      expect(records.every(({ fields }) => typeof fields['duration_ms'] === 'number')).toBe(true);
    });
  });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The error of a call that must fail. */
async function failed(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConnectError)) throw new Error(`expected a failed call, got ${String(error)}`);
  return error;
}

async function* repeat(item: Partial<Pick<Probe, 'text' | 'count'>>, times: number) {
  for (let i = 0; i < times; i++) yield item;
}

/** Requests of which the next is sent when `next` is called. */
function turnByTurn(counts: number[]) {
  const turns = counts.map(() => Promise.withResolvers<void>());
  let answered = 0;
  async function* requests() {
    for (const [i, count] of counts.entries()) {
      if (i > 0) await turns[i - 1]?.promise;
      yield { count };
    }
  }
  return { requests: requests(), next: () => turns[answered++]?.resolve() };
}

/** Remembers a call's response header `x-answer` and trailer `x-after`. */
function heard() {
  const seen: { answer: string | null; after: string | null } = { answer: null, after: null };
  const options = {
    onHeader: (header: Headers) => {
      seen.answer = header.get('x-answer');
    },
    onTrailer: (trailer: Headers) => {
      seen.after = trailer.get('x-after');
    },
  };
  return { options, values: () => [seen.answer, seen.after] };
}

/** Resolves with the reason when the signal aborts. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener('abort', () => resolve(signal.reason));
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The value of a counter when it has stood still for 200 ms. */
async function settled(counter: () => number): Promise<number> {
  for (;;) {
    const before = counter();
    await pause(200);
    if (counter() === before) return before;
  }
}
