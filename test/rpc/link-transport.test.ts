import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { LocalError } from '../../src/base/errors.ts';
import type { StreamStatus } from '../../src/link/link.ts';
import { createClient } from '../../src/rpc/client.ts';
import { errorInfoOf } from '../../src/rpc/failure.ts';
import { serveLink } from '../../src/rpc/link-server.ts';
import { createLinkTransport } from '../../src/rpc/link-transport.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { testTransport } from '../compliance/transport.ts';
import { ProbeService } from '../fixtures/probe.ts';
import { fakeLinkPair } from './fake-link.ts';

testTransport('link', async (registry, principal, interceptors) => {
  const { dialer, acceptor } = fakeLinkPair();
  serveLink(acceptor, registry, principal);
  return { transport: createLinkTransport(dialer, { interceptors }), close: async () => undefined };
});

const peer: Principal = { kind: 'peer', name: 'work', groups: new Set() };

describe('a call over a link', () => {
  it('waits for the link that it is given, and is refused with the reason if there is none', async () => {
    const { dialer, acceptor } = fakeLinkPair();
    serveLink(acceptor, new ServiceRegistry().add(ProbeService, { echo: () => ({ text: 'there' }) }), peer);
    const there = createClient(
      ProbeService,
      createLinkTransport(async () => dialer),
    );
    expect(await there.echo({})).toMatchObject({ text: 'there' });
    const refuse = () => Promise.reject(new LocalError('PEER_OFFLINE', 'work does not answer', { help: 'start it' }));
    const error = await createClient(ProbeService, createLinkTransport(refuse)).echo({}).catch(asError);
    expect(error).toMatchObject({ code: Code.Unavailable, rawMessage: 'work does not answer' });
    expect(errorInfoOf(error)).toMatchObject({ reason: 'PEER_OFFLINE', help: 'start it' });
  });

  it('does not wait for a link longer than its deadline', async () => {
    const never = () => new Promise<never>(() => undefined);
    const error = await createClient(ProbeService, createLinkTransport(never))
      .echo({}, { timeoutMs: 30 })
      .catch(asError);
    expect(error).toMatchObject({ code: Code.DeadlineExceeded });
  });

  it('fails when the link is lost, and its handler is told so and may go on', async () => {
    const { dialer, acceptor, lose } = fakeLinkPair();
    const [begun, finished] = [Promise.withResolvers<void>(), Promise.withResolvers<unknown>()];
    const registry = new ServiceRegistry().add(ProbeService, {
      async echo(_, { signal }) {
        signal.addEventListener('abort', () => finished.resolve(signal.reason));
        begun.resolve();
        await finished.promise;
        return {};
      },
    });
    serveLink(acceptor, registry, peer);
    const call = createClient(ProbeService, createLinkTransport(dialer)).echo({}).catch(asError);
    await begun.promise;
    lose();
    for (const error of [await call, await finished.promise]) {
      expect(error).toMatchObject({ code: Code.Unavailable });
      expect(errorInfoOf(error)?.reason).toBe('LINK_LOST');
    }
  });

  it.each([
    ['its deadline passed', () => ({ timeoutMs: 30 }), Code.DeadlineExceeded],
    ['its caller gave up', () => ({ signal: AbortSignal.timeout(30) }), Code.Canceled],
  ])('tells its handler that %s', async (_, options, code) => {
    const { dialer, acceptor } = fakeLinkPair();
    const seen = Promise.withResolvers<unknown>();
    const registry = new ServiceRegistry().add(ProbeService, {
      async echo(_request, { signal }) {
        signal.addEventListener('abort', () => seen.resolve(signal.reason));
        await seen.promise;
        return {};
      },
    });
    serveLink(acceptor, registry, peer);
    expect(
      await createClient(ProbeService, createLinkTransport(dialer)).echo({}, options()).catch(asError),
    ).toMatchObject({
      code,
    });
    expect(await seen.promise).toMatchObject({ code });
  });

  it('gives credit back only for what is read, so 32 messages wait at most', async () => {
    const { dialer, acceptor } = fakeLinkPair();
    let made = 0;
    const registry = new ServiceRegistry().add(ProbeService, {
      async *watch() {
        for (; made < 1_000; made++) yield {};
      },
    });
    serveLink(acceptor, registry, peer);
    const answers = createClient(ProbeService, createLinkTransport(dialer)).watch({})[Symbol.asyncIterator]();
    for (let read = 1; read <= 10; read++) {
      await answers.next();
      await turn();
      expect(made).toBeLessThanOrEqual(read + 33);
    }
    await answers.return?.();
    await turn();
    expect(made).toBeLessThan(50);
  });

  it('that is not protobuf is refused as malformed', async () => {
    const status = await openRaw('towline.test.ProbeService/Echo', new Uint8Array([0xff]));
    expect(status.code).toBe(Code.InvalidArgument);
  });

  it('of a method that nobody has is refused as unimplemented', async () => {
    expect((await openRaw('towline.test.ProbeService/Nothing', new Uint8Array())).code).toBe(Code.Unimplemented);
  });

  it('that closes its half without a message is refused', async () => {
    expect((await openRaw('towline.test.ProbeService/Echo', undefined)).code).toBe(Code.Unimplemented);
  });
});

/** What a caller that is not ours gets. */
function openRaw(method: string, data: Uint8Array | undefined): Promise<StreamStatus> {
  const { dialer, acceptor } = fakeLinkPair();
  serveLink(acceptor, new ServiceRegistry().add(ProbeService, { echo: () => ({}) }), () => peer);
  return new Promise((resolve) => {
    const events = { onMessage: () => undefined, onEnd: resolve };
    dialer.open(method, events, data ? { data, halfClose: true } : { halfClose: true });
  });
}

function asError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  throw error;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
