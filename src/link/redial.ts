/** When to dial a peer again: soon after a loss, rarely when it stays away. */
import { fullJitter } from '../base/backoff.ts';

const soon = { baseMs: 250, capMs: 3_000 };
const rare = { baseMs: 250, capMs: 30_000 };
/** For so long after a loss a peer is probably restarting or changing networks. */
const soonForMs = 10 * 60_000;
/** A peer that asks for more patience than this is not believed. */
const maxAskedMs = 60_000;

export class Redial {
  #attempt = 0;
  #lostMs: number;

  constructor(nowMs: number) {
    this.#lostMs = nowMs;
  }

  /** A good hello: the next pause is short again. */
  reset(): void {
    this.#attempt = 0;
  }

  /** The link was lost: patience begins anew. */
  lost(nowMs: number): void {
    this.#lostMs = nowMs;
  }

  /** Milliseconds until the next attempt; at least what the other side asked for. */
  next(nowMs: number, askedMs = 0): number {
    const pause = fullJitter(this.#attempt++, nowMs - this.#lostMs < soonForMs ? soon : rare);
    return Math.max(pause, Math.min(askedMs, maxAskedMs));
  }
}
