/**
 * One HTTP endpoint, by node:http. Not `fetch`: its client gives up on a body that is quiet for five minutes (a tool
 * may be), and costs several times as much per call. Redirects are not followed: the headers may hold secrets.
 */
import { Agent as HttpAgent, type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { ConnectError } from '@connectrpc/connect';
import { LocalError, messageOf, systemCodeOf } from '../../../base/errors.ts';
import { outcomeUnknown, resultTooLarge, upstreamDown } from './failures.ts';

/**
 * A connection that was idle this long is not used again: most servers close theirs after five seconds, and a request
 * that meets the closing could not be told from one that ran.
 */
const idleMs = 4_000;
/** How long a connection may take to be made. */
const connectTimeoutMs = 10_000;

export interface HttpRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export class HttpClient {
  readonly #url: URL;
  readonly #agent: HttpAgent;

  /** Throws `URL_INVALID` for anything but http and https. */
  constructor(url: string) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new LocalError('URL_INVALID', 'the url of the upstream is not an http or https url');
    }
    this.#url = new URL(url);
    const options = { keepAlive: true, timeout: idleMs };
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  get url(): URL {
    return this.#url;
  }

  /** Resolves with the head of the answer. Rejects UPSTREAM_DOWN if nothing was sent, else OUTCOME_UNKNOWN. */
  send(request: HttpRequest, url: URL = this.#url): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { method, headers, signal } = request;
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    const length = body === undefined ? {} : { 'Content-Length': String(body.length) };
    const options: RequestOptions = { method, agent: this.#agent, headers: { ...headers, ...length }, signal };
    const sent = url.protocol === 'https:' ? requestHttps(url, options) : requestHttp(url, options);
    let connected = false;
    sent.once('socket', (socket) => {
      if (!socket.connecting) connected = true;
      else limitConnecting(sent, socket, () => (connected = true));
    });
    sent.once('response', resolve);
    sent.once('error', (error) =>
      reject(connected ? outcomeUnknown('the connection was lost', error) : notSent(error)),
    );
    sent.end(body);
    return promise;
  }

  /** Closes the idle connections, and keeps none from here on. */
  close(): void {
    this.#agent.destroy();
  }
}

interface Connecting {
  once(event: 'connect' | 'secureConnect' | 'close', listener: () => void): unknown;
}

function limitConnecting(sent: { destroy(error: Error): unknown }, socket: Connecting, onConnect: () => void): void {
  const timer = setTimeout(() => sent.destroy(new Error('the connection was not made in time')), connectTimeoutMs);
  socket.once('connect', () => {
    clearTimeout(timer);
    onConnect();
  });
  socket.once('close', () => clearTimeout(timer));
}

function notSent(error: unknown): ConnectError {
  return upstreamDown(`it cannot be reached (${systemCodeOf(error) ?? messageOf(error)})`, { cause: error });
}

/** Reads a body to its end. Rejects RESULT_TOO_LARGE beyond `maxBytes`, OUTCOME_UNKNOWN if it breaks off. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > maxBytes) throw resultTooLarge(maxBytes);
      parts.push(part);
    }
  } catch (error) {
    throw size > maxBytes ? error : outcomeUnknown('the answer broke off', error);
  }
  return Buffer.concat(parts).toString('utf8');
}
