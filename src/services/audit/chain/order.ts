/**
 * Numbers that are missing, and entries that stand where they do not belong. Which of the two it is shows at the end:
 * entries that were moved fill the gap that they left.
 */
import { entriesText, type Findings } from './findings.ts';

interface Gap {
  readonly first: number;
  readonly last: number;
  readonly segment: string;
  readonly offset: number;
}

/** More are told as missing and repeated: nobody reads a list of them. */
const MAX_STRAYS = 10_000;

export class Order {
  readonly #gaps: Gap[] = [];
  readonly #strays = new Map<number, Omit<Gap, 'first' | 'last'>>();

  /** These numbers should have come before what stands at this place. */
  gap(gap: Gap): void {
    this.#gaps.push(gap);
  }

  /** An entry that should have come before. */
  stray(number: number, place: { segment: string; offset: number }): void {
    if (this.#strays.size < MAX_STRAYS) this.#strays.set(number, place);
  }

  /** Tells what it was. `kept` is the first entry that the log says it keeps: what is missing before that was trimmed. */
  tell(findings: Findings, kept: number): void {
    for (const gap of this.#gaps) this.#tellGap(findings, gap, kept);
    for (const [number, { segment, offset }] of this.#strays) {
      const message = `${entriesText(number, number)} is there twice, or in a place that is not its own`;
      findings.add({ reason: 'ENTRY_REPEATED', segment, first: number, last: number, offset, message });
    }
  }

  #tellGap(findings: Findings, { first, last, segment, offset }: Gap, kept: number): void {
    let start = Math.max(first, kept);
    while (start <= last) {
      const stray = this.#strays.get(start);
      if (stray) {
        this.#strays.delete(start);
        const message = `${entriesText(start, start)} stands behind a later one`;
        findings.add({ reason: 'ENTRIES_REORDERED', ...stray, first: start, last: start, message });
        start++;
        continue;
      }
      let end = start;
      while (end < last && !this.#strays.has(end + 1)) {
        if (this.#strays.size === 0) end = last;
        else end++;
      }
      const message = `${entriesText(start, end)} ${start === end ? 'is' : 'are'} missing`;
      findings.add({ reason: 'ENTRIES_MISSING', segment, first: start, last: end, offset, message });
      start = end + 1;
    }
  }
}
