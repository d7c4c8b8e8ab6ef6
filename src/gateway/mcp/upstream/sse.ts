/**
 * A channel over the HTTP transport of 2024-11-05: one GET stream carries every message to us, and its first event
 * names the url where ours are posted. Deprecated since 2025-03-26, but still met.
 */
import type { IncomingMessage } from 'node:http';
import { ConnectError } from '@connectrpc/connect';
import type { EventSourceMessage } from 'eventsource-parser';
import { messageOf } from '../../../base/errors.ts';
import type { Channel, ChannelEvents, OutgoingRequest } from './channel.ts';
import { readEvents } from './event-stream.ts';
import { expandAll } from './expand.ts';
import { outcomeUnknown, resultNotJson, upstreamDown } from './failures.ts';
import { HttpClient } from './http-client.ts';
import { readIncoming } from './incoming.ts';
import type { ResolvedOptions } from './options.ts';
import type { SseSpec } from './spec.ts';

/** Opens the stream and waits for its first event. Rejects UPSTREAM_DOWN, URL_INVALID, VARIABLE_NOT_SET. */
export async function openSse(
  spec: SseSpec,
  options: ResolvedOptions,
  events: ChannelEvents,
  signal: AbortSignal,
): Promise<Channel> {
  const headers = expandAll(spec.headers, options.env, 'headers');
  const channel = new SseChannel(new HttpClient(spec.url), headers, options, events);
  const stop = () => void channel.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await channel.open();
    return channel;
  } catch (error) {
    await channel.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

class SseChannel implements Channel {
  readonly shared = true;
  readonly #client: HttpClient;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: ResolvedOptions;
  readonly #events: ChannelEvents;
  readonly #closed = new AbortController();
  readonly #endpoint = Promise.withResolvers<URL>();
  #postUrl: URL | undefined;

  constructor(client: HttpClient, headers: Record<string, string>, options: ResolvedOptions, events: ChannelEvents) {
    this.#client = client;
    this.#headers = headers;
    this.#options = options;
    this.#events = events;
  }

  async open(): Promise<void> {
    const timer = setTimeout(() => this.#endpoint.reject(upstreamDown('it is silent')), this.#options.startTimeoutMs);
    this.#listen().catch((error: unknown) => this.#endpoint.reject(error));
    try {
      this.#postUrl = await this.#endpoint.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  request(request: OutgoingRequest): void {
    this.#post(request.text).catch((error: unknown) => this.#events.failed(request.id, ConnectError.from(error)));
  }

  send(text: string): void {
    this.#post(text).catch((error: unknown) =>
      this.#options.log.debug('a notification was lost', { error: messageOf(error) }),
    );
  }

  /** A cancellation was told by a message; there is nothing else to free. */
  forget(): void {}

  /** Nothing of the framing depends on what was agreed. */
  agree(): void {}

  close(): Promise<void> {
    this.#closed.abort();
    this.#client.close();
    return Promise.resolve();
  }

  async #post(body: string): Promise<void> {
    const headers = { ...this.#headers, 'Content-Type': 'application/json' };
    const { signal } = this.#closed;
    const response = await this.#client.send({ method: 'POST', headers, body, signal }, this.#postUrl);
    response.resume();
    const { statusCode = 0 } = response;
    if (statusCode >= 300) throw upstreamDown(`it refused the request (HTTP ${statusCode})`, { status: statusCode });
  }

  async #listen(): Promise<void> {
    const headers = { ...this.#headers, Accept: 'text/event-stream' };
    const response = await this.#client.send({ method: 'GET', headers, signal: this.#closed.signal });
    if (response.statusCode !== 200) {
      response.resume();
      throw upstreamDown(`it refused the stream (HTTP ${response.statusCode})`);
    }
    await this.#read(response);
  }

  async #read(response: IncomingMessage): Promise<void> {
    let error = outcomeUnknown('its stream ended');
    try {
      await readEvents(response, {}, (event) => this.#onEvent(event));
    } catch (broken) {
      error = ConnectError.from(broken);
    }
    this.#endpoint.reject(error); // if it still waits
    if (!this.#closed.signal.aborted) this.#events.ended(error);
  }

  #onEvent({ event, data }: EventSourceMessage): void {
    if (event === 'endpoint') this.#onEndpoint(data);
    else if (event === undefined || event === 'message') this.#onText(data);
  }

  /** The url must be of the same origin: else a server could have our credentials sent elsewhere. */
  #onEndpoint(data: string): void {
    const base = this.#client.url;
    const url = URL.canParse(data, base.href) ? new URL(data, base) : undefined;
    if (url?.origin === base.origin) this.#endpoint.resolve(url);
    else this.#endpoint.reject(upstreamDown('it names an endpoint of another origin'));
  }

  #onText(text: string): void {
    const incoming = readIncoming(text);
    if (incoming.kind === 'message') this.#events.message(incoming.message);
    else if (incoming.kind === 'broken') this.#events.failed(incoming.requestId, resultNotJson(incoming.why));
    else this.#options.log.warn('the upstream sent an event that is no message');
  }
}
