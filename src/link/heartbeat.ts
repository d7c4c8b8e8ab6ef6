import type { Clock } from './clock.ts';
import type { LinkLimits } from './limits.ts';

export interface HeartbeatParts {
  readonly clock: Clock;
  readonly limits: Pick<LinkLimits, 'heartbeatMs' | 'deadMs'>;
  /** Sends a heartbeat. */
  readonly beat: (sequence: number) => void;
  /** Nothing was received for too long. */
  readonly onDead: () => void;
}

/** A timer that fires so late shows that this process stood still: the other side has one more heartbeat's time. */
const STALL_MS = 1_000;

/** The first measure is taken amid the work of opening; the second one, so much later, tells of the way alone. */
const SETTLED_MS = 1_000;

/**
 * Keeps a quiet link alive, finds out when it is dead, and measures the round trip. It beats on busy links too: the
 * frame costs nothing there, and a measure that is never renewed would mislead.
 */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #receivedMs: number;
  #stopTimer: () => void = () => undefined;
  #sequence = 0;
  #beatMs = 0;
  #nextBeatMs = 0;
  /** Between the last heartbeat that was answered and its answer. */
  roundTripMs: number | undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#receivedMs = parts.clock.monotonicMs();
  }

  /** The first heartbeat goes at once, the second soon: people like to see the round trip of a fresh link. */
  start(): void {
    this.beat();
    this.#nextBeatMs = this.#beatMs + Math.min(SETTLED_MS, this.#parts.limits.heartbeatMs);
    this.#arm();
  }

  /** Something was received. */
  received(): void {
    this.#receivedMs = this.#parts.clock.monotonicMs();
  }

  /** Sends a heartbeat now; returns its number. */
  beat(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#beatMs = this.#parts.clock.monotonicMs();
    this.#nextBeatMs = this.#beatMs + this.#parts.limits.heartbeatMs;
    this.#parts.beat(this.#sequence);
    return this.#sequence;
  }

  /** The other side answered a heartbeat; only the last one measures. */
  answered(sequence: number): void {
    if (sequence === this.#sequence) this.roundTripMs = this.#parts.clock.monotonicMs() - this.#beatMs;
  }

  stop(): void {
    this.#stopTimer();
  }

  /** Looks again at the next heartbeat, or when the link would be dead. */
  #arm(): void {
    const { clock, limits } = this.#parts;
    const nowMs = clock.monotonicMs();
    const dueMs = Math.max(nowMs + 1, Math.min(this.#nextBeatMs, this.#receivedMs + limits.deadMs));
    this.#stopTimer = clock.after(dueMs - nowMs, () => this.#look(clock.monotonicMs() - dueMs));
  }

  #look(lateMs: number): void {
    const { clock, limits, onDead } = this.#parts;
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#receivedMs >= limits.deadMs) {
      if (lateMs < STALL_MS) {
        onDead();
        return;
      }
      this.#receivedMs = nowMs - limits.deadMs + limits.heartbeatMs;
    }
    if (nowMs >= this.#nextBeatMs) this.beat();
    this.#arm();
  }
}
