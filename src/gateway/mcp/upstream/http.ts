/**
 * A channel over Streamable HTTP, both eras: each request is a POST with its own answer, JSON or an event stream.
 * Legacy servers may give a session, and a GET stream for what belongs to no request; modern ones have neither.
 */
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectError } from '@connectrpc/connect';
import { fullJitter } from '../../../base/backoff.ts';
import { messageOf } from '../../../base/errors.ts';
import { jsonElements } from '../../../base/json-text.ts';
import { reasonOf } from '../../../rpc/failure.ts';
import { isBatch } from '../wire.ts';
import type { Agreement, Channel, ChannelEvents, OutgoingRequest } from './channel.ts';
import { modernVersion } from './envelope.ts';
import { readEvents, type StreamCursor } from './event-stream.ts';
import { expandAll } from './expand.ts';
import { httpStatusOf, outcomeUnknown, resultNotJson, sessionLost } from './failures.ts';
import { headerOf, isEventStream, statusFailure } from './http-answer.ts';
import { HttpClient, readBody } from './http-client.ts';
import { headerValue } from './http-headers.ts';
import { readIncoming } from './incoming.ts';
import { maxErrorBodyBytes, maxMessageBytes } from './limits.ts';
import type { ResolvedOptions } from './options.ts';
import type { HttpSpec } from './spec.ts';

/** How often the rest of one answer is asked for after its stream ended early (legacy, with event ids). */
const maxResumes = 20;
/** How long a session has to be deleted on stop. */
const deleteTimeoutMs = 1_000;

/** Makes the channel; nothing is sent yet. Throws `URL_INVALID`, `VARIABLE_NOT_SET`. */
export async function openHttp(spec: HttpSpec, options: ResolvedOptions, events: ChannelEvents): Promise<Channel> {
  const headers = expandAll(spec.headers, options.env, 'headers');
  return new HttpChannel(new HttpClient(spec.url), headers, options, events);
}

class HttpChannel implements Channel {
  readonly shared = false;
  readonly #client: HttpClient;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: ResolvedOptions;
  readonly #events: ChannelEvents;
  readonly #open = new Map<number, AbortController>();
  readonly #closed = new AbortController();
  #agreement: Agreement | undefined;
  #sessionId: string | undefined;
  #ended = false;

  constructor(client: HttpClient, headers: Record<string, string>, options: ResolvedOptions, events: ChannelEvents) {
    this.#client = client;
    this.#headers = headers;
    this.#options = options;
    this.#events = events;
  }

  request(request: OutgoingRequest): void {
    const abort = new AbortController();
    this.#open.set(request.id, abort);
    void this.#exchange(request, abort.signal)
      .catch((error: unknown) => {
        if (!abort.signal.aborted) this.#onFailed(request.id, ConnectError.from(error));
      })
      .finally(() => this.#open.delete(request.id));
  }

  send(text: string): void {
    if (this.#ended) return;
    this.#client
      .send({ method: 'POST', headers: this.#headersOf(), body: text, signal: this.#closed.signal })
      .then((response) => response.resume())
      .catch((error: unknown) => this.#options.log.debug('a notification was lost', { error: messageOf(error) }));
  }

  forget(requestId: number): void {
    this.#open.get(requestId)?.abort();
  }

  agree(agreement: Agreement): void {
    this.#agreement = agreement;
    if (agreement.era === 'legacy') void this.#listen();
  }

  async close(): Promise<void> {
    if (this.#closed.signal.aborted) return;
    for (const abort of this.#open.values()) abort.abort();
    this.#closed.abort();
    if (this.#sessionId !== undefined && !this.#ended) await this.#deleteSession(this.#sessionId);
    this.#client.close();
  }

  async #exchange(request: OutgoingRequest, signal: AbortSignal): Promise<void> {
    const headers = this.#headersOf(request);
    const response = await this.#client.send({ method: 'POST', headers, body: request.text, signal });
    if (request.method === 'initialize') this.#sessionId = headerOf(response, 'mcp-session-id');
    if ((response.statusCode ?? 0) >= 300) return this.#onRefused(request, response);
    if (isEventStream(response)) return this.#readStream(request.id, response, signal);
    const body = await readBody(response, maxMessageBytes);
    for (const text of isBatch(body) ? jsonElements(body) : [body]) this.#deliver(text, request.id);
    // Settled by now, if there was an answer in it: then this is heard by nobody.
    this.#events.failed(request.id, resultNotJson(`HTTP ${response.statusCode} without an answer`));
  }

  /** Delivers an answer's stream, asking for the rest where a legacy server ends it early. */
  async #readStream(requestId: number, first: IncomingMessage, signal: AbortSignal): Promise<void> {
    const cursor: StreamCursor = {};
    let response = first;
    for (let resumes = 0; ; resumes++) {
      const broken = await this.#deliverEvents(response, cursor, requestId);
      if (!this.#open.has(requestId)) return;
      const canResume = this.#agreement?.era === 'legacy' && cursor.lastEventId !== undefined && resumes < maxResumes;
      if (!canResume) return this.#events.failed(requestId, broken ?? outcomeUnknown('its stream ended'));
      await sleep(cursor.retryMs ?? 1_000, undefined, { signal });
      response = await this.#get(signal, cursor.lastEventId);
    }
  }

  /** Resolves with what broke the stream, or nothing if it ended in order. */
  async #deliverEvents(
    response: IncomingMessage,
    cursor: StreamCursor,
    requestId?: number,
  ): Promise<ConnectError | undefined> {
    try {
      await readEvents(response, cursor, ({ data }) => data !== '' && this.#deliver(data, requestId));
      return undefined;
    } catch (error) {
      if (reasonOf(error) === 'RESULT_TOO_LARGE' && requestId !== undefined) throw error;
      return ConnectError.from(error);
    }
  }

  #deliver(text: string, requestId: number | undefined): void {
    const incoming = readIncoming(text);
    if (incoming.kind === 'message') {
      const { message } = incoming;
      this.#events.message(message, requestId);
      // What was answered is not asked for again.
      if (requestId !== undefined && (message.kind === 'response' || message.kind === 'error'))
        this.#open.delete(requestId);
    } else if (requestId !== undefined) {
      this.#events.failed(requestId, resultNotJson(incoming.why));
    }
  }

  async #onRefused(request: OutgoingRequest, response: IncomingMessage): Promise<void> {
    const status = response.statusCode ?? 0;
    const body = await readBody(response, maxErrorBodyBytes).catch(() => '');
    if (status === 404 && this.#agreement?.era === 'legacy' && this.#sessionId !== undefined) throw sessionLost();
    const incoming = readIncoming(body);
    if (incoming.kind === 'message' && incoming.message.kind === 'error') {
      // Some servers answer an error for an id that they could not read with an id of their own.
      return this.#events.message({ ...incoming.message, id: String(request.id) }, request.id);
    }
    throw statusFailure(status);
  }

  #onFailed(requestId: number, error: ConnectError): void {
    this.#events.failed(requestId, error);
    const gone =
      reasonOf(error) === 'SESSION_LOST' || (reasonOf(error) === 'UPSTREAM_DOWN' && httpStatusOf(error) === undefined);
    if (gone) this.#end(error);
  }

  #end(error: ConnectError): void {
    if (this.#ended || this.#closed.signal.aborted) return;
    this.#ended = true;
    this.#events.ended(error);
  }

  /** Holds the legacy GET stream, which tells of changes. A server need not have one (405). */
  async #listen(): Promise<void> {
    const { signal } = this.#closed;
    const cursor: StreamCursor = {};
    for (let attempt = 0; !signal.aborted && !this.#ended; attempt++) {
      const startMs = Date.now();
      try {
        await this.#deliverEvents(await this.#get(signal, cursor.lastEventId), cursor);
        if (Date.now() - startMs > 30_000) attempt = 0;
      } catch (error) {
        if (reasonOf(error) === 'SESSION_LOST') return this.#end(ConnectError.from(error));
        if (httpStatusOf(error) !== undefined) return;
      }
      const pauseMs = (cursor.retryMs ?? 250) + fullJitter(attempt, { baseMs: 1_000, capMs: 60_000 });
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Opens a GET stream. Rejects if the answer is none. */
  async #get(signal: AbortSignal, lastEventId: string | undefined): Promise<IncomingMessage> {
    const resume: Record<string, string> = lastEventId ? { 'Last-Event-ID': lastEventId } : {};
    const headers = { ...this.#headersOf(), Accept: 'text/event-stream', ...resume };
    const response = await this.#client.send({ method: 'GET', headers, signal });
    if (response.statusCode === 200 && isEventStream(response)) return response;
    response.resume();
    if (response.statusCode === 404 && this.#sessionId !== undefined) throw sessionLost();
    throw statusFailure(response.statusCode ?? 0);
  }

  async #deleteSession(sessionId: string): Promise<void> {
    const headers = { ...this.#headersOf(), 'Mcp-Session-Id': sessionId };
    try {
      const signal = AbortSignal.timeout(deleteTimeoutMs);
      (await this.#client.send({ method: 'DELETE', headers, signal })).resume();
    } catch (error) {
      this.#options.log.debug('the session was not deleted', { error: messageOf(error) });
    }
  }

  #headersOf(request?: OutgoingRequest): Record<string, string> {
    return {
      ...this.#headers,
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...(this.#sessionId === undefined ? {} : { 'Mcp-Session-Id': this.#sessionId }),
      ...this.#versionHeaders(request),
    };
  }

  #versionHeaders(request: OutgoingRequest | undefined): Record<string, string> {
    const modern = this.#agreement?.era === 'modern' || request?.method === 'server/discover';
    if (!modern) return this.#agreement ? { 'MCP-Protocol-Version': this.#agreement.protocolVersion } : {};
    if (!request) return { 'MCP-Protocol-Version': modernVersion };
    return {
      'MCP-Protocol-Version': modernVersion,
      'Mcp-Method': request.method,
      ...(request.name === undefined ? {} : { 'Mcp-Name': headerValue(request.name) }),
      ...request.headers,
    };
  }
}
