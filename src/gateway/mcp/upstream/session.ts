/**
 * One running upstream as a JSON-RPC peer: ids, answers, timeouts, cancellation, and whose notification is whose.
 * Frames are handled in the order in which they came, in the turn in which they came: progress that shares a chunk
 * with the result is delivered before it.
 */
import { ConnectError } from '@connectrpc/connect';
import { IntMap } from '../../../base/int-map.ts';
import { jsonMembers } from '../../../base/json-text.ts';
import {
  type RpcErrorResponse,
  type RpcMessage,
  type RpcNotification,
  type RpcResponse,
  rpcCode,
  writeError,
  writeNotification,
  writeRequest,
  writeResult,
} from '../wire.ts';
import type { Agreement, Channel, ChannelEvents, OpenChannel } from './channel.ts';
import { rpcFailed, timedOut, upstreamDown } from './failures.ts';
import { PendingRequest, type RequestOptions } from './pending.ts';

export interface SessionEvents {
  /** A notification that belongs to no request. */
  notification(notification: RpcNotification): void;
  /** Nothing more can be sent; over HTTP, requests under way may still be answered. */
  ended(error: ConnectError): void;
}

export class Session {
  readonly #pending = new IntMap<PendingRequest>();
  readonly #events: SessionEvents;
  #channel: Channel | undefined;
  #nextId = 1;
  #agreement: Agreement | undefined;
  #ended: ConnectError | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  private constructor(events: SessionEvents) {
    this.#events = events;
  }

  /** Opens a channel and speaks on it. Throws as the channel does. */
  static async open(openChannel: OpenChannel, events: SessionEvents, signal: AbortSignal): Promise<Session> {
    const session = new Session(events);
    session.#channel = await openChannel(session.#channelEvents(), signal);
    return session;
  }

  get agreement(): Agreement | undefined {
    return this.#agreement;
  }

  /** Whether all requests share one stream (stdio). */
  get shared(): boolean {
    return this.#channel?.shared ?? false;
  }

  /** Why nothing more can be sent; undefined while it can. */
  get ended(): ConnectError | undefined {
    return this.#ended;
  }

  agree(agreement: Agreement): void {
    this.#agreement = agreement;
    this.#channel?.agree(agreement);
  }

  /**
   * Sends a request and resolves with the exact text of its result. `params` is the text of an object, made from the
   * id where it must hold a progress token. Rejects with a `ConnectError`, or with the reason of its cancellation.
   */
  request(method: string, params: (id: number) => string, options: RequestOptions = {}): Promise<string> {
    const channel = this.#channel;
    if (this.#ended || !channel) return Promise.reject(this.#ended ?? upstreamDown('it is not open'));
    if (options.cancellation?.isCanceled) return Promise.reject(options.cancellation.signal.reason);
    const id = this.#nextId++;
    const pending = new PendingRequest(id, options, {
      timeout: () => this.#giveUp(id, timedOut(options.timeoutMs ?? 0), 'timeout'),
      abort: (reason) => this.#giveUp(id, reason, 'cancelled'),
    });
    this.#pending.set(id, pending);
    const { name, headers } = options;
    const about = { ...(name === undefined ? {} : { name }), ...(headers === undefined ? {} : { headers }) };
    channel.request({ id, method, text: writeRequest(String(id), method, params(id)), ...about });
    return pending.answer;
  }

  notify(method: string, params?: string): void {
    this.#channel?.send(writeNotification(method, params));
  }

  /** Lets requests under way end, then closes. Resolves when it has closed. */
  retire(): Promise<void> {
    this.#idle ??= Promise.withResolvers();
    this.#noteIdle();
    return this.#idle.promise.then(() => this.close());
  }

  /** Ends now. Requests under way fail. */
  async close(): Promise<void> {
    this.#failAll(upstreamDown('it was stopped'));
    await this.#channel?.close();
  }

  #channelEvents(): ChannelEvents {
    return {
      message: (message, requestId) => this.#onMessage(message, requestId),
      failed: (requestId, error) => this.#take(requestId)?.fail(error),
      ended: (error) => this.#onEnded(error),
    };
  }

  #onMessage(message: RpcMessage, requestId: number | undefined): void {
    if (message.kind === 'notification') this.#onNotification(message, requestId);
    else if (message.kind === 'request') this.#refuse(message.id, message.method);
    else this.#onAnswer(message, requestId);
  }

  #onAnswer(answer: RpcResponse | RpcErrorResponse, requestId: number | undefined): void {
    const pending = this.#take(answer.id === 'null' ? requestId : Number(answer.id));
    if (answer.kind === 'response') pending?.settle(answer.result);
    else pending?.fail(rpcFailed(answer.error));
  }

  /** We declared no capability, so an upstream may only ping us. */
  #refuse(id: string, method: string): void {
    const error = { code: rpcCode.methodNotFound, message: `this client does not support ${method}` };
    this.#channel?.send(method === 'ping' ? writeResult(id, '{}') : writeError(id, error));
  }

  #onNotification(notification: RpcNotification, requestId: number | undefined): void {
    const owner = this.#ownerOf(notification, requestId);
    if (owner === undefined) {
      this.#events.notification(notification);
      return;
    }
    if (notification.method === 'notifications/progress') owner.touch();
    owner.options.onNotification?.(notification);
  }

  /**
   * Progress names its request by the token, which is the request's id. A log message belongs to the request on whose
   * stream it came; on a shared stream it is someone's only while a single request listens.
   */
  #ownerOf(notification: RpcNotification, requestId: number | undefined): PendingRequest | undefined {
    if (notification.method === 'notifications/progress') {
      const token = jsonMembers(notification.params ?? '{}').get('progressToken');
      return token === undefined ? undefined : this.#pending.get(Number(token.replaceAll('"', '')));
    }
    if (notification.method !== 'notifications/message') return undefined;
    if (requestId !== undefined) return this.#pending.get(requestId);
    const listeners = [...this.#pending.values()].filter((pending) => pending.options.onNotification);
    return listeners.length === 1 ? listeners[0] : undefined;
  }

  #giveUp(id: number, error: unknown, reason: string): void {
    const pending = this.#take(id);
    if (!pending) return;
    // Modern HTTP: closing the request's stream is the cancellation. `initialize` must not be cancelled.
    if (this.#agreement && (this.shared || this.#agreement.era === 'legacy')) {
      this.notify('notifications/cancelled', JSON.stringify({ requestId: id, reason }));
    }
    this.#channel?.forget(id);
    pending.fail(error);
  }

  #take(id: number | undefined): PendingRequest | undefined {
    const pending = id === undefined ? undefined : this.#pending.get(id);
    if (pending) this.#pending.delete(pending.id);
    this.#noteIdle();
    return pending;
  }

  #onEnded(error: ConnectError): void {
    if (this.#ended) return;
    this.#ended = upstreamDown('it has ended', { cause: error });
    if (this.shared) this.#failAll(error);
    this.#events.ended(error);
  }

  #failAll(error: ConnectError): void {
    this.#ended ??= error;
    for (const pending of [...this.#pending.values()]) pending.fail(ConnectError.from(error));
    this.#pending.clear();
    this.#noteIdle();
  }

  #noteIdle(): void {
    if (this.#pending.size === 0) this.#idle?.resolve();
  }
}
