/** Why a connection or a request was turned away before any service saw it. */
export type RefusalReason =
  | 'TOO_MANY_CONNECTIONS'
  | 'TOO_MANY_FROM_ADDRESS'
  | 'TOO_MANY_UNIDENTIFIED'
  /** It closed, or broke, before it said anything. */
  | 'SAID_NOTHING'
  /** It had not sent a whole request when the time was up. */
  | 'TOO_SLOW'
  | 'UNKNOWN_PROTOCOL'
  | 'PLAIN_FROM_REMOTE'
  | 'TLS_FAILED'
  | 'BAD_HTTP'
  | 'FOREIGN_HOST'
  | 'FOREIGN_ORIGIN';

/** Counts refusals. Reasons that never occurred are left out. */
export class Refusals {
  readonly #counts = new Map<RefusalReason, number>();

  add(reason: RefusalReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  /** A copy of the counts since the start. */
  counts(): ReadonlyMap<RefusalReason, number> {
    return new Map(this.#counts);
  }
}
