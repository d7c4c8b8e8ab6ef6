import { type Client, createClient, createRouterTransport, type ServiceImpl } from '@connectrpc/connect';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RelayRequest, RelayService } from '../../../gen/towline/v1/relay_service_pb.ts';
import { AsyncQueue } from '../../../src/base/async-queue.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { Carried } from '../../../src/services/relay/carried.ts';
import { RELAY_IDLE_MS, RELAY_READY_MS } from '../../../src/services/relay/limits.ts';

type Accept = ServiceImpl<typeof RelayService>['accept'];

const ready = { kind: { case: 'ready' as const, value: {} } };
const data = (text: string) => ({ kind: { case: 'data' as const, value: new TextEncoder().encode(text) } });

function targetThat(accept: Accept): () => Client<typeof RelayService> {
  const transport = createRouterTransport((router) => router.rpc(RelayService.method.accept, accept));
  return () => createClient(RelayService, transport);
}

function carry(accept: Accept) {
  const carried = new Carried(new Uint8Array(32), new Uint8Array(32).fill(1));
  const requests = new AsyncQueue<RelayRequest>();
  const over = new AbortController();
  return { carried, requests, over, answers: carried.run(targetThat(accept), requests, over.signal) };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('what is carried', () => {
  it('ends when nothing was carried for a minute, and not before', async () => {
    const { requests, answers } = carry(async function* (asked) {
      yield ready;
      for await (const { kind } of asked) if (kind.case === 'data') yield { kind };
    });
    expect((await answers.next()).value?.kind.case).toBe('ready');
    for (const text of ['one', 'two']) {
      await vi.advanceTimersByTimeAsync(RELAY_IDLE_MS - 1);
      requests.push({ $typeName: 'towline.v1.RelayRequest', ...data(text) });
      expect((await answers.next()).value?.kind.value).toEqual(data(text).kind.value);
    }
    const ended = answers.next().catch(reasonOf);
    await vi.advanceTimersByTimeAsync(RELAY_IDLE_MS);
    expect(await ended).toBe('RELAY_IDLE');
  });

  it('ends when the target does not take the connection in time', async () => {
    const { answers } = carry(async function* () {
      await new Promise(() => undefined);
      yield ready;
    });
    const ended = answers.next().catch(reasonOf);
    await vi.advanceTimersByTimeAsync(RELAY_READY_MS);
    expect(await ended).toBe('RELAY_TIMEOUT');
  });

  it.each([
    ['data before ready', [data('early')]],
    ['ready twice', [ready, ready]],
  ])('ends when the target says %s', async (_what, said) => {
    const { answers } = carry(async function* () {
      yield* said;
    });
    const read = async () => {
      for await (const _answer of answers);
    };
    expect(await read().catch(reasonOf)).toBe('RELAY_WRONG_MESSAGE');
  });

  it('is given up at the target when the dialer goes away', async () => {
    const gone = Promise.withResolvers<void>();
    const { answers, over } = carry(async function* (_asked, { signal }) {
      signal.addEventListener('abort', () => gone.resolve());
      yield ready;
      await gone.promise;
    });
    await answers.next();
    over.abort();
    await expect(answers.next()).rejects.toThrow();
    await gone.promise;
  });
});
