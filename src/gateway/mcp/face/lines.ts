/** A stream of bytes as lines of text, one JSON-RPC message each. */
import { isUtf8 } from 'node:buffer';

/** What a message may measure: 64 MiB of arguments, and what stands around them. */
export const maxMessageBytes = (64 << 20) + (1 << 20);

export type Line = { readonly text: string } | { readonly fault: string };

/**
 * Yields every line that is not blank. A line that is too long, or no UTF-8, is a fault: it is skipped, and the next
 * line is read as if nothing had happened. What follows the last line break is a line, too.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>, maxBytes = maxMessageBytes): AsyncGenerator<Line> {
  const line = new LineBuffer(maxBytes);
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      line.add(chunk.subarray(start, end));
      start = end + 1;
      yield* line.take();
    }
    line.add(chunk.subarray(start));
  }
  yield* line.take();
}

class LineBuffer {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Keeps nothing of a line that is too long already. */
  add(part: Uint8Array): void {
    this.#size += part.length;
    if (this.#size > this.#maxBytes) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  *take(): Generator<Line> {
    const [parts, size] = [this.#parts, this.#size];
    this.#parts = [];
    this.#size = 0;
    if (size > this.#maxBytes) return yield { fault: `a message is longer than ${this.#maxBytes} bytes` };
    const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    if (!isUtf8(bytes)) return yield { fault: 'a message is not UTF-8' };
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    if (text.trim() !== '') yield { text };
  }
}
