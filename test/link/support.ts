/** Links between two nodes of this process, over real TLS sockets or in memory. */
import { randomBytes } from 'node:crypto';
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { memoryCarriers } from '../../src/link/carrier/memory.ts';
import { acceptedTls, dialTls } from '../../src/link/carrier/tls.ts';
import type { LinkOptions } from '../../src/link/handshake.ts';
import type { IncomingStream, Link, OpenOptions, StreamEvents, StreamStatus } from '../../src/link/link.ts';
import { type AcceptOptions, acceptLink, dialLink } from '../../src/link/open.ts';
import type { CarrierFacts } from '../../src/link/session.ts';
import type { Identity } from '../../src/trust/identity.ts';
import { selfSign } from '../../src/trust/self-sign.ts';
import { privateKeyOf, rawPublicKey, sign } from '../../src/trust/signature.ts';
import type { TlsIdentity } from '../../src/trust/tls-identity.ts';

export type TestNode = Pick<Identity, 'nodeId' | 'sign'> & { tls(): Promise<TlsIdentity>; instanceId: Uint8Array };

export function testNode(): TestNode {
  const key = privateKeyOf(new Uint8Array(randomBytes(32)));
  const day = 86_400_000;
  let tls: Promise<TlsIdentity> | undefined;
  const makeTls = async () => ({
    key: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: await selfSign(key, new Date(Date.now() - day), new Date(Date.now() + day)),
  });
  return {
    nodeId: rawPublicKey(key),
    instanceId: new Uint8Array(randomBytes(16)),
    sign: (domain, ...parts) => sign(key, domain, ...parts),
    tls: () => {
      tls ??= makeTls();
      return tls;
    },
  };
}

export type TestOptions = Pick<LinkOptions, 'limits' | 'clock' | 'log'>;

export function optionsOf(node: TestNode, more: TestOptions = {}): AcceptOptions {
  return {
    identity: node,
    hello: () => ({ instanceId: node.instanceId, software: 'test/1' }),
    isTrusted: () => true,
    ...more,
  };
}

/** Links that a server accepted, in order; waits for the next. */
export class Accepted {
  readonly #links: Promise<Link>[] = [];
  readonly #waiting: ((link: Promise<Link>) => void)[] = [];

  add(link: Promise<Link>): void {
    link.catch(() => undefined); // a test that cares asks for it
    const waiting = this.#waiting.shift();
    if (waiting) waiting(link);
    else this.#links.push(link);
  }

  next(): Promise<Link> {
    return this.#links.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }
}

export interface TestServer extends AsyncDisposable {
  readonly address: string;
  readonly accepted: Accepted;
  readonly sockets: Set<TLSSocket>;
}

/** A TLS listener that takes links, as a node's does. */
export async function listen(node: TestNode, options: AcceptOptions = optionsOf(node)): Promise<TestServer> {
  const accepted = new Accepted();
  const sockets = new Set<TLSSocket>();
  const http2 = linkServer(accepted, options, (stream) => acceptedTls(stream.session?.socket as TLSSocket, 'test'));
  const server = createTlsServer({
    ...(await node.tls()),
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
  });
  server.on('secureConnection', (socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    http2.emit('connection', socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An HTTP/2 server that answers Open and nothing else. */
export function linkServer(
  accepted: Accepted,
  options: AcceptOptions,
  factsOf: (stream: ServerHttp2Stream) => CarrierFacts | undefined,
): Http2Server {
  const server = createHttp2Server();
  server.on('sessionError', () => undefined);
  server.on('stream', (stream, headers) => {
    const facts = factsOf(stream);
    if (facts) accepted.add(acceptLink(stream, headers, facts, options));
    else stream.respond({ ':status': 403 }, { endStream: true });
  });
  return server;
}

export interface Pair extends AsyncDisposable {
  readonly dialed: Link;
  readonly accepted: Link;
  /** The carrier is gone, as if a cable were cut. */
  cut(): void;
}

/** Two ends of a link in memory, between these nodes or fresh ones. */
export async function memoryPair(
  dialer: TestOptions = {},
  acceptor: TestOptions = dialer,
  nodes: readonly [TestNode, TestNode] = [testNode(), testNode()],
): Promise<Pair> {
  const [one, two] = nodes;
  const carriers = memoryCarriers(one.nodeId, two.nodeId);
  const accepted = new Accepted();
  const server = linkServer(accepted, optionsOf(two, acceptor), () => carriers.accepted);
  server.emit('connection', carriers.accepted.stream);
  const dialed = await dialLink(carriers.dialed, optionsOf(one, dialer));
  const cut = () => {
    carriers.dialed.stream.destroy();
    carriers.accepted.stream.destroy();
  };
  return pairOf(dialed, await accepted.next(), cut, async () => cut());
}

/** Two ends of a link over TLS. */
export async function tlsPair(dialer: TestOptions = {}, acceptor: TestOptions = dialer): Promise<Pair> {
  const [one, two] = [testNode(), testNode()];
  const server = await listen(two, optionsOf(two, acceptor));
  const carrier = await dialTls({ identity: await one.tls(), nodeId: two.nodeId, address: server.address });
  const dialed = await dialLink(carrier, optionsOf(one, dialer));
  const cut = () => carrier.stream.destroy();
  return pairOf(dialed, await server.accepted.next(), cut, async () => server[Symbol.asyncDispose]());
}

function pairOf(dialed: Link, accepted: Link, cut: () => void, end: () => Promise<void>): Pair {
  return {
    dialed,
    accepted,
    cut,
    async [Symbol.asyncDispose]() {
      dialed.close(11, 'the test is over');
      await Promise.all([dialed.closed, accepted.closed]);
      await end();
    },
  };
}

/** What a caller saw of a call. */
export interface Seen {
  readonly messages: Uint8Array[];
  readonly headers: string[];
  readonly status: StreamStatus;
}

export interface Call {
  readonly stream: ReturnType<Link['open']>;
  readonly seen: Promise<Seen>;
  readonly messages: Uint8Array[];
}

/** Opens a call and consumes all that comes, at once unless told otherwise. */
export function call(link: Link, method: string, options: OpenOptions = {}, consume = true): Call {
  const messages: Uint8Array[] = [];
  const headers: string[] = [];
  const ended = Promise.withResolvers<Seen>();
  const stream = link.open(
    method,
    {
      onHeaders: (metadata) => headers.push(...metadata.map(({ name, value }) => `${name}=${value}`)),
      onMessage(data) {
        messages.push(data);
        if (consume) stream.consumed(data.length);
      },
      onEnd: (status) => ended.resolve({ messages, headers, status }),
    },
    options,
  );
  return { stream, seen: ended.promise, messages };
}

export const ok = { code: 0, message: '', details: [], trailers: [] };

/** Answers each unary call with its own message. */
export function serveEcho(link: Link): void {
  link.accept((stream) => ({
    onMessage(data) {
      stream.consumed(data.length);
      stream.end(ok, data);
    },
    onEnd: () => undefined,
  }));
}

/** Hands every incoming call to the test. */
export function serveBy(link: Link, serve: (stream: IncomingStream) => StreamEvents): void {
  link.accept(serve);
}

export const bytesOf = (text: string) => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
