/** Keeps the last bytes of a text stream. */
export class TextRing {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #size = 0;
  #fresh = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** What comes from here on is another run's. */
  mark(): void {
    this.#fresh = false;
  }

  push(chunk: Buffer): void {
    this.#fresh = true;
    // Copied: a chunk may be a view into a pooled buffer that is much larger.
    this.#parts.push(Buffer.from(chunk.subarray(-this.#maxBytes)));
    this.#size += Math.min(chunk.length, this.#maxBytes);
    while (this.#size - (this.#parts[0]?.length ?? 0) >= this.#maxBytes) this.#size -= this.#parts.shift()?.length ?? 0;
    // Many tiny chunks would cost more than their bytes.
    if (this.#parts.length > 1_024) this.#parts = [Buffer.concat(this.#parts)];
  }

  /** What is kept, oldest first. */
  text(): string {
    return Buffer.concat(this.#parts).subarray(-this.#maxBytes).toString('utf8');
  }

  /** The last line since the mark that is not empty, at most `maxLength` characters of what `clean` makes of it. */
  lastLine(maxLength: number, clean = (text: string) => text): string {
    if (!this.#fresh) return '';
    const line = clean(this.text()).trimEnd().split('\n').at(-1)?.trim() ?? '';
    return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
  }
}
