/**
 * Keeps one upstream running: connects, notices its end, waits, connects again. A union of states, each with its own
 * exit; whoever leaves a state ends what belongs to it.
 */
import { ConnectError } from '@connectrpc/connect';
import { UpstreamState } from '../../../../gen/towline/v1/tool_pb.ts';
import { fullJitter } from '../../../base/backoff.ts';
import type { Cancellation } from '../../../base/cancellation.ts';
import { messageOf } from '../../../base/errors.ts';
import { reasonOf } from '../../../rpc/failure.ts';
import type { RpcNotification } from '../wire.ts';
import { Catalogue } from './catalogue.ts';
import type { OpenChannel } from './channel.ts';
import { type Connection, connect } from './connection.ts';
import { upstreamDown } from './failures.ts';
import type { ResolvedOptions } from './options.ts';
import type { Session } from './session.ts';
import type { Era, UpstreamSpec } from './spec.ts';
import type { ToolTexts } from './tool-list.ts';

type State =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting'; readonly abort: AbortController; readonly done: Promise<void> }
  | {
      readonly kind: 'ready';
      readonly connection: Connection;
      readonly abort: AbortController;
      readonly sinceMs: number;
    }
  | { readonly kind: 'failed'; readonly why: string; readonly timer: NodeJS.Timeout; readonly untilMs: number };

export interface SupervisorEvents {
  /** The tools were listed: at first, and when they changed. */
  tools(tools: ToolTexts): void;
  /** The state changed. */
  state(): void;
  /** What the upstream printed last, for its owner's eyes; empty if nothing is known. */
  lastWords(): string;
}

export class Supervisor {
  readonly #spec: UpstreamSpec;
  readonly #options: ResolvedOptions;
  readonly #open: OpenChannel;
  readonly #events: SupervisorEvents;
  #state: State = { kind: 'stopped' };
  #software = '';
  /** What the last start found, so that a restart need not probe. */
  #era: Era | undefined;
  #attempt = 0;
  #restartCount = 0;
  /** Sessions that take no more requests but may still be answering. */
  readonly #retired = new Set<Session>();

  constructor(spec: UpstreamSpec, options: ResolvedOptions, open: OpenChannel, events: SupervisorEvents) {
    this.#spec = spec;
    this.#options = options;
    this.#open = open;
    this.#events = events;
  }

  get restartCount(): number {
    return this.#restartCount;
  }

  get software(): string {
    return this.#software;
  }

  get state(): UpstreamState {
    return stateNames[this.#state.kind];
  }

  /** Why it does not work; empty if it does, or has not been tried. */
  get error(): string {
    return this.#state.kind === 'failed' ? this.#state.why : '';
  }

  start(): void {
    if (this.#state.kind === 'stopped') this.#connect();
  }

  /** Ends everything; resolves when nothing runs any more. Idempotent. */
  async stop(): Promise<void> {
    const state = this.#state;
    this.#enter({ kind: 'stopped' });
    if (state.kind === 'failed') clearTimeout(state.timer);
    if (state.kind === 'starting') {
      state.abort.abort();
      await state.done;
    }
    if (state.kind === 'ready') {
      state.abort.abort();
      this.#retired.add(state.connection.session);
    }
    await Promise.all([...this.#retired].map((session) => session.close()));
  }

  /** The connection, once there is one: waits for a start that is under way. Rejects `unavailable`, UPSTREAM_DOWN. */
  async connection(cancellation: Cancellation): Promise<Connection> {
    if (this.#state.kind === 'starting') await this.#startEnds(this.#state.done, cancellation.signal);
    const state = this.#state;
    if (state.kind === 'ready') return state.connection;
    if (state.kind !== 'failed')
      throw upstreamDown(state.kind === 'stopped' ? 'it is stopped' : 'it is still starting');
    throw upstreamDown('it has ended or cannot be reached', { retryDelayMs: Math.max(0, state.untilMs - Date.now()) });
  }

  #connect(): void {
    const abort = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#enter({ kind: 'starting', abort, done: promise });
    void this.#attemptOnce(abort).finally(resolve);
  }

  async #attemptOnce(abort: AbortController): Promise<void> {
    let connection: Connection | undefined;
    let catalogue: Catalogue | undefined;
    try {
      connection = await connect({
        open: this.#open,
        child: this.#spec.transport.kind === 'stdio',
        protocol: this.#protocol(),
        options: this.#options,
        signal: abort.signal,
        onNotification: (notification) => isListChange(notification) && catalogue?.changed(),
        onEnded: (error) => this.#onEnded(connection, error),
      });
      catalogue = new Catalogue(connection, this.#options, (tools) => this.#onTools(abort.signal, tools));
      const tools = await catalogue.start(abort.signal);
      if (abort.signal.aborted || connection.session.ended)
        throw connection.session.ended ?? upstreamDown('it was stopped');
      this.#onReady(connection, abort, tools);
    } catch (error) {
      abort.abort();
      if (connection) await connection.session.close();
      this.#onFailed(error);
    }
  }

  #protocol(): 'auto' | Era {
    const { protocol, transport } = this.#spec;
    if (transport.kind === 'sse') return 'legacy'; // the transport is older than the other era
    return protocol === 'auto' ? (this.#era ?? 'auto') : protocol;
  }

  #onReady(connection: Connection, abort: AbortController, tools: ToolTexts): void {
    const { era, software, protocolVersion } = connection.hello;
    this.#era = era;
    this.#software = `${software} (MCP ${protocolVersion})`.trim();
    this.#options.log.info('the upstream is ready', { software: this.#software, tools: tools.size });
    this.#events.tools(tools);
    this.#enter({ kind: 'ready', connection, abort, sinceMs: Date.now() });
  }

  #onTools(signal: AbortSignal, tools: ToolTexts): void {
    if (!signal.aborted) this.#events.tools(tools);
  }

  /** A ready connection ended by itself. */
  #onEnded(connection: Connection | undefined, error: ConnectError): void {
    const state = this.#state;
    if (state.kind !== 'ready' || state.connection !== connection) return;
    state.abort.abort();
    this.#retire(connection.session);
    this.#restartCount++;
    if (Date.now() - state.sinceMs >= this.#options.stableRunMs) this.#attempt = 0;
    // A forgotten session says that the server is there: no reason to wait, but for one that forgets at once again.
    if (reasonOf(error) === 'SESSION_LOST' && this.#attempt++ === 0) this.#connect();
    else this.#fail(error.rawMessage);
  }

  #onFailed(error: unknown): void {
    this.#era = undefined;
    if (this.#state.kind === 'starting')
      this.#fail(error instanceof ConnectError ? error.rawMessage : messageOf(error));
  }

  #fail(message: string): void {
    const lastWords = this.#events.lastWords();
    const why = lastWords === '' ? message : `${message}; its last words: ${lastWords}`;
    const pauseMs = fullJitter(this.#attempt++, this.#options.backoff);
    const timer = setTimeout(() => this.#connect(), pauseMs);
    this.#options.log.warn('the upstream does not work', { error: why, nextStartMs: Math.round(pauseMs) });
    this.#enter({ kind: 'failed', why, timer, untilMs: Date.now() + pauseMs });
  }

  #enter(state: State): void {
    this.#state = state;
    this.#events.state();
  }

  #retire(session: Session): void {
    this.#retired.add(session);
    void session.retire().finally(() => this.#retired.delete(session));
  }

  async #startEnds(done: Promise<void>, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => reject(signal.reason);
    const timer = setTimeout(resolve, this.#options.readyTimeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([done, promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}

const stateNames: Readonly<Record<State['kind'], UpstreamState>> = {
  stopped: UpstreamState.STOPPED,
  starting: UpstreamState.STARTING,
  ready: UpstreamState.READY,
  failed: UpstreamState.FAILED,
};

function isListChange({ method }: RpcNotification): boolean {
  return method === 'notifications/tools/list_changed';
}
