import { setTimeout as sleep } from 'node:timers/promises';
import type { DescMethod } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { fullJitter } from '../base/backoff.ts';
import { LocalError } from '../base/errors.ts';
import { reasonOf } from './failure.ts';
import { deadlineExceeded } from './interceptors/deadline.ts';
import { canceled } from './status.ts';

/** How long after its first loss a call is made again: a restart or a change of networks, not an absence. */
export const RETRY_WINDOW_MS = 10_000;

/** As many pauses as fit into the window, and then some: a peer that cuts every call costs no more than this. */
export const MAX_ATTEMPTS = 10;

/** The first pause is short: most links are back, or another one is there, within a round trip. */
const pause = { baseMs: 100, capMs: 3_000 };

/** The link went away under the call, or would not take it. */
const losses: ReadonlySet<string | undefined> = new Set(['LINK_LOST', 'LINK_DRAINING']);

/** The peer is not back yet. Other refusals, such as LINK_UNTRUSTED, will not change by waiting. */
const outages: ReadonlySet<string | undefined> = new Set(['LINK_UNREACHABLE', 'LINK_SHUTDOWN', 'LINK_HELLO_TIMEOUT']);

/** Whether a call that may have run may run again. */
export function mayRepeat({ idempotency }: DescMethod): boolean {
  return idempotency === Level.NO_SIDE_EFFECTS || idempotency === Level.IDEMPOTENT;
}

/** The attempts of one call: whether there is another one, when, and how long it may take. */
export class Retries {
  readonly #mayRepeat: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #deadlineMs: number | undefined;
  #attempts = 0;
  #giveUpMs: number | undefined;
  #stop: (() => void) | undefined;
  #isStopped = false;

  /** A call that begins now. */
  constructor(method: DescMethod, signal: AbortSignal | undefined, timeoutMs: number | undefined) {
    this.#mayRepeat = mayRepeat(method);
    this.#signal = signal;
    this.#deadlineMs = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
  }

  /** Attempts until one succeeds, or fails with what no further attempt would mend. */
  async run<T>(attempt: (leftMs: number | undefined) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt(this.#leftMs());
      } catch (error) {
        await this.pauseAfter(error);
      }
    }
  }

  /** Resolves when the next attempt may begin. Rejects with `error` if there is none, or with why the caller waits no more. */
  async pauseAfter(error: unknown): Promise<void> {
    if (this.#isStopped || !this.#isWorthAnother(error)) throw error;
    const pauseMs = Math.min(fullJitter(this.#attempts++, pause), this.#leftMs() ?? pause.capMs);
    const stop = new AbortController();
    this.#stop = () => stop.abort(canceled('the caller stopped reading'));
    const signal = this.#signal ? AbortSignal.any([this.#signal, stop.signal]) : stop.signal;
    await sleep(pauseMs, undefined, { signal }).catch(() => {
      throw ConnectError.from(signal.reason, Code.Canceled);
    });
    if ((this.#leftMs() ?? 1) <= 0) throw deadlineExceeded();
  }

  /** The caller wants no answer any more: there is no further attempt. */
  stop(): void {
    this.#isStopped = true;
    this.#stop?.();
  }

  #isWorthAnother(error: unknown): boolean {
    const reason = reasonOf(error);
    if (losses.has(reason)) this.#giveUpMs ??= performance.now() + RETRY_WINDOW_MS;
    if (this.#giveUpMs === undefined || !(losses.has(reason) || outages.has(reason))) return false;
    if (!this.#mayRepeat && !wasNotSent(error)) return false;
    return this.#attempts + 1 < MAX_ATTEMPTS && performance.now() < this.#giveUpMs;
  }

  #leftMs(): number | undefined {
    return this.#deadlineMs === undefined ? undefined : this.#deadlineMs - performance.now();
  }
}

/** This side found that the link takes no calls. The same words from the other side would prove nothing. */
function wasNotSent(error: unknown): boolean {
  return error instanceof ConnectError && error.cause instanceof LocalError;
}
