import type { Clock } from './clock.ts';
import type { LinkLimits } from './limits.ts';

export interface HeartbeatParts {
  readonly clock: Clock;
  readonly limits: Pick<LinkLimits, 'heartbeatMs' | 'deadMs' | 'doubtMs'>;
  /** Sends a heartbeat. */
  readonly beat: (sequence: number) => void;
  /** Calls that this side has opened so far. */
  readonly opened: () => number;
  /** A heartbeat was sent `doubtMs` ago, and nothing has come since. Told again while that lasts. */
  readonly onSilence: () => void;
  /** Nothing was received for too long. */
  readonly onDead: () => void;
}

/** A timer that fires so late shows that this process stood still: it asks at once, and the other side has more time. */
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
  /** Calls that had been opened when something was last received. */
  #opened = 0;
  /** Bytes have reached the other side since something was last received: a slow line, not a dead one. */
  #hasMoved = false;
  /** How far the clock of the wall was ahead of the other at the last look. */
  #aheadMs: number;
  /** Between the last heartbeat that was answered and its answer. */
  roundTripMs: number | undefined;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
    this.#receivedMs = parts.clock.monotonicMs();
    this.#aheadMs = this.#wallAheadMs();
  }

  /** Whether the other side owes a sign of life for so long that another way to it is worth a try. */
  get isSilent(): boolean {
    return (
      this.#isAsking && !this.#hasMoved && this.#parts.clock.monotonicMs() - this.#beatMs >= this.#parts.limits.doubtMs
    );
  }

  /** Nothing has come since the last heartbeat. */
  get #isAsking(): boolean {
    return this.#receivedMs < this.#beatMs;
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
    this.#opened = this.#parts.opened();
    this.#hasMoved = false;
  }

  /** Something that stood behind other bytes has left. */
  moved(): void {
    this.#hasMoved = true;
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

  /** Looks again at the next heartbeat, when the link would be dead, or soon: somebody may wait for an answer. */
  #arm(): void {
    const { clock, limits } = this.#parts;
    const nowMs = clock.monotonicMs();
    const nextMs = Math.min(this.#nextBeatMs, this.#receivedMs + limits.deadMs, nowMs + limits.doubtMs);
    const dueMs = Math.max(nowMs + 1, nextMs);
    this.#stopTimer = clock.after(dueMs - nowMs, () => this.#look(clock.monotonicMs() - dueMs));
  }

  #look(lateMs: number): void {
    const { clock, limits, onDead } = this.#parts;
    const nowMs = clock.monotonicMs();
    const stoodStill = this.#stoodStill(lateMs);
    if (nowMs - this.#receivedMs >= limits.deadMs) {
      if (!stoodStill) {
        onDead();
        return;
      }
      this.#receivedMs = nowMs - limits.deadMs + limits.heartbeatMs;
    }
    if (stoodStill || nowMs >= this.#nextBeatMs) this.beat();
    else this.#doubt(nowMs);
    this.#arm();
  }

  /** Asks for a sign of life when a call was opened and nothing has come since; when none comes either, says so. */
  #doubt(nowMs: number): void {
    const { limits, onSilence, opened } = this.#parts;
    if (this.isSilent) onSilence();
    else if (!this.#isAsking && opened() > this.#opened && nowMs - this.#receivedMs >= limits.doubtMs) this.beat();
  }

  /** By this machine's sleep too: some clocks stand still with it, the clock of the wall never does. */
  #stoodStill(lateMs: number): boolean {
    const beforeMs = this.#aheadMs;
    this.#aheadMs = this.#wallAheadMs();
    return lateMs >= STALL_MS || this.#aheadMs - beforeMs >= STALL_MS;
  }

  #wallAheadMs(): number {
    const { clock } = this.#parts;
    return clock.timeMs() - clock.monotonicMs();
  }
}
