/**
 * Things that somebody else can make happen as often as they like: the first of a kind is recorded at once, the others of
 * the same minute as one entry with their number. Of more than some kinds, the rest is one kind.
 */
import type { AuditRecord, Note } from '../record.ts';
import { REFUSAL_KINDS, REFUSAL_WINDOW_MS } from './limits.ts';

interface Kind {
  /** Those that are not recorded yet. */
  count: number;
  readonly recordOf: (count: number) => AuditRecord;
}

export class Tally {
  readonly #note: Note;
  readonly #windowMs: number;
  readonly #kinds = new Map<string, Kind>();
  #timer: NodeJS.Timeout | undefined;

  constructor(note: Note, windowMs = REFUSAL_WINDOW_MS) {
    this.#note = note;
    this.#windowMs = windowMs;
  }

  /** `key` tells kinds apart; `others` is what those are counted as for which there is no room. */
  count(key: string, recordOf: (count: number) => AuditRecord, others: (count: number) => AuditRecord): void {
    const kind = this.#kinds.get(key);
    if (kind) kind.count++;
    else if (this.#kinds.size < REFUSAL_KINDS) this.#begin(key, recordOf);
    else this.#countOthers(others);
  }

  /** Records what is counted. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { count, recordOf } of this.#kinds.values()) if (count > 0) this.#note(recordOf(count));
    this.#kinds.clear();
  }

  #countOthers(recordOf: (count: number) => AuditRecord): void {
    const { case: what = '' } = recordOf(0).event;
    const key = `others ${what}`;
    const kind = this.#kinds.get(key);
    if (kind) kind.count++;
    else this.#begin(key, recordOf);
  }

  #begin(key: string, recordOf: (count: number) => AuditRecord): void {
    this.#kinds.set(key, { count: 0, recordOf });
    this.#note(recordOf(1));
    this.#timer ??= setTimeout(() => this.flush(), this.#windowMs).unref();
  }
}
