// A listener on a free port of this machine, and raw sockets to try it with.
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { connect as connectTcp, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { silentLog } from '../../../src/base/log.ts';
import { defaultConnectionLimits } from '../../../src/node/listener/limits.ts';
import { createListener, type Listener } from '../../../src/node/listener/listener.ts';
import type { KeyAndCertificate, ListenerOptions } from '../../../src/node/listener/options.ts';
import { nodeIdOfCertificate } from '../../../src/trust/certificate.ts';
import { selfSign } from '../../../src/trust/self-sign.ts';
import { ordinaryCertificate } from '../../fixtures/ordinary-certificate.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const from = new Date(Date.now() - DAY_MS);
const to = new Date(Date.now() + DAY_MS);

export async function ed25519Certificate(): Promise<KeyAndCertificate> {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: await selfSign(privateKey, from, to),
  };
}

export const ecdsaCertificate = ordinaryCertificate;

export const serverTls = await ed25519Certificate();

/** A listener that answers every request with what it knows of the caller, and every link stream with "link". */
export interface TestListener extends AsyncDisposable {
  readonly listener: Listener;
  readonly port: number;
}

export async function startListener(options: Partial<ListenerOptions> = {}): Promise<TestListener> {
  const listener = createListener({
    host: '127.0.0.1',
    port: 0,
    plainRemote: false,
    limits: defaultConnectionLimits,
    tls: serverTls,
    nodeIdOfCertificate,
    log: silentLog,
    ...options,
    handlers: {
      async onRequest(request, response, facts) {
        const body = await text(request);
        const { secure, loopback, peerNodeId } = facts;
        const key = peerNodeId && Buffer.from(peerNodeId).toString('hex');
        response.statusCode = 200;
        response.end(JSON.stringify({ version: request.httpVersion, secure, loopback, key, body }));
      },
      onLinkStream(stream, _headers, facts) {
        stream.respond({ ':status': 200 });
        stream.end(
          `link ${facts.tlsSocket?.exportKeyingMaterial(32, 'EXPORTER-test', Buffer.alloc(0)).toString('hex')}`,
        );
      },
      ...options.handlers,
    },
  });
  const { port } = await listener.listen();
  return { listener, port, [Symbol.asyncDispose]: () => listener.close() };
}

/** Everything that the other end sends until the connection ends. */
export async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined); // a reset is an end too
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return Buffer.concat(chunks).toString('latin1');
}

export async function connectPlain(port: number): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes, and reads to the end. */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = await connectPlain(port);
  const answer = readAll(socket);
  socket.write(bytes);
  return await answer;
}

export function get(headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ Host: 'localhost', Connection: 'close', ...headers }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  return `GET / HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export async function connectSecure(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

export function session(port: number, socket?: Socket): ClientHttp2Session {
  const client = connectHttp2(`http://localhost:${port}`, socket ? { createConnection: () => socket } : {});
  client.on('error', () => undefined); // its requests fail with it
  return client;
}

type Http2Headers = IncomingHttpHeaders & IncomingHttpStatusHeader;

export interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

export async function ask(client: ClientHttp2Session, headers: IncomingHttpHeaders = {}, body = ''): Promise<Answer> {
  const stream = client.request({ ':method': 'POST', ':path': '/', ...headers }, { endStream: body === '' });
  if (body !== '') stream.end(body);
  const whole = text(stream); // before all of it is there: Node takes a stream that is whole already for a broken one
  whole.catch(() => undefined);
  const unanswered = once(stream, 'close').then(() => {
    throw new Error('the stream was closed without an answer');
  });
  const [answer] = (await Promise.race([once(stream, 'response'), unanswered])) as [Http2Headers];
  unanswered.catch(() => undefined);
  return { status: answer[':status'], body: await whole };
}

export function refusals(listener: Listener): Record<string, number> {
  return Object.fromEntries(listener.refused());
}
