/** Splits a byte stream into lines, each at most `maxBytes` long. Pure: chunks in, lines out. */

export interface LineEvents {
  line(text: string): void;
  /** A line was too long and is gone, but for its first and last characters. The stream goes on. */
  tooLong(head: string, tail: string): void;
}

const edgeBytes = 256;
const newline = 0x0a;

export class LineReader {
  readonly #events: LineEvents;
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #size = 0;
  /** While a line is being dropped: where it started and how it ends so far. */
  #dropping: { head: string; tail: Buffer } | undefined;

  constructor(events: LineEvents, maxBytes: number) {
    this.#events = events;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#add(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  /** The stream ended: what came without a line break is a line too. */
  end(): void {
    if (this.#size > 0 || this.#dropping) this.#finish();
  }

  #add(part: Buffer): void {
    if (this.#dropping) {
      this.#dropping.tail = lastOf([this.#dropping.tail, part]);
    } else if (this.#size + part.length > this.#maxBytes) {
      const head = Buffer.concat([...this.#parts.slice(0, 1), part]).toString('latin1', 0, edgeBytes);
      this.#dropping = { head, tail: lastOf([...this.#parts.slice(-1), part]) };
      this.#reset();
    } else {
      this.#parts.push(part);
      this.#size += part.length;
    }
  }

  #finish(): void {
    if (this.#dropping) {
      const { head, tail } = this.#dropping;
      this.#dropping = undefined;
      this.#events.tooLong(head, tail.toString('latin1'));
      return;
    }
    const whole = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#reset();
    const text = whole?.toString('utf8').trim() ?? '';
    if (text !== '') this.#events.line(text);
  }

  #reset(): void {
    this.#parts = [];
    this.#size = 0;
  }
}

function lastOf(parts: Buffer[]): Buffer {
  const all = Buffer.concat(parts.map((part) => part.subarray(-edgeBytes)));
  return all.subarray(-edgeBytes);
}
