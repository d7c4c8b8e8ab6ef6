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

/** A timer that fires so late shows that this process stood still: what arrived meanwhile is read first. */
const STALL_MS = 1_000;

/** Keeps a quiet link alive, and finds out when it is dead. One timer for both. */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  #sentMs: number;
  #receivedMs: number;
  #stopTimer: () => void = () => undefined;
  #sequence = 0;
  #beatMs = 0;
  /** Between the last heartbeat that was answered and its answer. */
  roundTripMs: number | undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#sentMs = parts.clock.monotonicMs();
    this.#receivedMs = this.#sentMs;
    this.#arm(parts.limits.heartbeatMs);
  }

  /** Something was sent. */
  sent(): void {
    this.#sentMs = this.#parts.clock.monotonicMs();
  }

  /** Something was received. */
  received(): void {
    this.#receivedMs = this.#parts.clock.monotonicMs();
  }

  /** Sends a heartbeat now; returns its number. */
  beat(): number {
    this.#sequence = (this.#sequence + 1) >>> 0;
    this.#beatMs = this.#parts.clock.monotonicMs();
    this.#sentMs = this.#beatMs;
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

  #arm(delayMs: number): void {
    const { clock } = this.#parts;
    const dueMs = clock.monotonicMs() + delayMs;
    this.#stopTimer = clock.after(delayMs, () => this.#look(clock.monotonicMs() - dueMs));
  }

  #look(lateMs: number): void {
    const { clock, limits, onDead } = this.#parts;
    const silentMs = clock.monotonicMs() - this.#receivedMs;
    if (silentMs >= limits.deadMs && lateMs < STALL_MS) {
      onDead();
      return;
    }
    if (clock.monotonicMs() - this.#sentMs >= limits.heartbeatMs) this.beat();
    const idleMs = clock.monotonicMs() - this.#sentMs;
    this.#arm(Math.max(1, Math.min(limits.heartbeatMs - idleMs, limits.deadMs - silentMs)));
  }
}
