/**
 * What each caller uses: calls and streams under way, bytes each minute. Everybody has a limit of its own, so that whoever
 * takes too much slows itself and nobody else.
 */
import type { DescMethod } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from './failure.ts';
import { callerKey, type Principal } from './principal.ts';

/** How much one caller may use. */
export interface UsageLimits {
  /** Calls under way at a time. */
  readonly calls: number;
  /** Streams under way at a time. */
  readonly streams: number;
  readonly bytesPerMinute: number;
  /** What services keep for it, by name. */
  readonly quotas: ReadonlyMap<string, number>;
}

/** Says what a caller may use; `undefined` for as much as it likes. Asked once, and again after `forget`. */
export type LimitsOf = (principal: Principal) => UsageLimits | undefined;

/** What one caller uses now. */
export interface UsedBy {
  /** A call begins, with a request of so many bytes if it has one. Throws TOO_MANY_CALLS, TOO_MANY_STREAMS or TOO_MANY_BYTES, with the time to wait. */
  enter(isStream: boolean, bytes?: number): void;
  /** One more request of a stream. Throws TOO_MANY_BYTES. */
  take(bytes: number): void;
  /** An answer is given. */
  give(bytes: number): void;
  /** A call that began has ended. */
  leave(isStream: boolean): void;
}

/** A caller is told to wait this long for another of its calls to end. */
const BUSY_RETRY_MS = 250;

const MINUTE_MS = 60_000;

/** Callers that are counted at a time; those who use nothing are forgotten first. */
const MAX_ACCOUNTS = 16_384;

/** A method whose calls go on until somebody ends them. A tool's call ends by itself. */
export function isLasting({ methodKind, name }: DescMethod): boolean {
  return methodKind !== 'unary' && name !== 'CallTool';
}

export class Usage {
  readonly #limitsOf: LimitsOf;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();
  #known = new WeakMap<Principal, Account>();

  /** `now` gives milliseconds of a clock that never goes back. */
  constructor(limitsOf: LimitsOf, now: () => number = () => performance.now()) {
    this.#limitsOf = limitsOf;
    this.#now = now;
  }

  /** The caller's account; `undefined` for one without limits. */
  of(principal: Principal): UsedBy | undefined {
    const known = this.#known.get(principal) ?? this.#open(principal);
    return known.limits && known;
  }

  /** The caller's quota of this name; `undefined` where the service's own counts. */
  quota(principal: Principal, name: string): number | undefined {
    return this.#limitsOf(principal)?.quotas.get(name);
  }

  /** The limits are others now. What is under way stays counted. */
  forget(): void {
    this.#known = new WeakMap();
    for (const account of this.#accounts.values()) account.isCurrent = false;
  }

  #open(principal: Principal): Account {
    const key = callerKey(principal);
    const account = this.#accounts.get(key) ?? this.#add(key);
    if (!account.isCurrent) account.adopt(this.#limitsOf(principal));
    this.#known.set(principal, account);
    return account;
  }

  #add(key: string): Account {
    if (this.#accounts.size >= MAX_ACCOUNTS) this.#tidy();
    const account = new Account(this.#now);
    this.#accounts.set(key, account);
    return account;
  }

  #tidy(): void {
    this.#known = new WeakMap(); // no object may keep an account that is counted anew under its key
    for (const [key, account] of this.#accounts) if (account.isIdle) this.#accounts.delete(key);
  }
}

class Account implements UsedBy {
  /** Whether `limits` are those of now. */
  isCurrent = false;
  #limits: UsageLimits | undefined;
  readonly #now: () => number;
  #calls = 0;
  #streams = 0;
  /** When all bytes so far would have been due at an even pace. */
  #dueMs = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get limits(): UsageLimits | undefined {
    return this.#limits;
  }

  /** Other limits: the bytes so far stay what they are, at the new pace. */
  adopt(limits: UsageLimits | undefined): void {
    const before = this.#limits?.bytesPerMinute ?? 0;
    const aheadMs = Math.max(0, this.#dueMs - this.#now());
    this.#dueMs = limits ? this.#now() + (aheadMs * before) / limits.bytesPerMinute : 0;
    this.#limits = limits;
    this.isCurrent = true;
  }

  get isIdle(): boolean {
    return this.#calls + this.#streams === 0 && this.#dueMs <= this.#now();
  }

  enter(isStream: boolean, bytes?: number): void {
    const { limits } = this;
    if (limits && isStream && this.#streams >= limits.streams) throw tooMany('STREAMS', limits.streams);
    if (limits && !isStream && this.#calls >= limits.calls) throw tooMany('CALLS', limits.calls);
    if (bytes !== undefined) this.take(bytes);
    if (isStream) this.#streams++;
    else this.#calls++;
  }

  take(bytes: number): void {
    const waitMs = this.#dueMs - this.#now() - MINUTE_MS;
    if (this.limits && waitMs >= 0) throw tooManyBytes(this.limits.bytesPerMinute, Math.ceil(waitMs) + BUSY_RETRY_MS);
    this.give(bytes);
  }

  give(bytes: number): void {
    if (!this.limits) return;
    const costMs = (bytes * MINUTE_MS) / this.limits.bytesPerMinute;
    this.#dueMs = Math.max(this.#dueMs, this.#now()) + costMs;
  }

  leave(isStream: boolean): void {
    if (isStream) this.#streams--;
    else this.#calls--;
  }
}

function tooMany(what: 'CALLS' | 'STREAMS', limit: number): ConnectError {
  const message = `this caller has ${limit} ${what.toLowerCase()} under way, and may not have more`;
  return exhausted(`TOO_MANY_${what}`, message, limit, BUSY_RETRY_MS);
}

function tooManyBytes(limit: number, retryDelayMs: number): ConnectError {
  const message = `this caller may send and be sent ${limit} bytes a minute`;
  return exhausted('TOO_MANY_BYTES', message, limit, retryDelayMs);
}

function exhausted(reason: string, message: string, limit: number, retryDelayMs: number): ConnectError {
  return failure(Code.ResourceExhausted, reason, message, {
    retryDelayMs,
    metadata: { limit: String(limit) },
    help: 'wait for what is under way; the owner of the node can raise the limit (`limits` in towline.yaml)',
  });
}
