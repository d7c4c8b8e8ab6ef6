import { Duplex } from 'node:stream';

/** Where the bytes of a `ByteStream` come from, and how large the pieces are that it gives. */
export interface ByteStreamOptions {
  /** The pieces that arrive, in order. Asked for the next one when the last was read. */
  readonly incoming: AsyncIterator<Uint8Array>;
  /** The largest piece that goes out. */
  readonly pieceBytes: number;
}

/**
 * A byte stream on top of two streams of pieces, such as the messages of a call. What is written leaves through
 * `outgoing`: a write is done when its last piece was taken and the next one is asked for, so whoever does not ask
 * stops the writer. It delivers in a later turn: Node's TLS and HTTP/2 break over streams that deliver at once.
 */
export class ByteStream extends Duplex {
  readonly #incoming: AsyncIterator<Uint8Array>;
  readonly #pieceBytes: number;
  readonly #pieces: Uint8Array[] = [];
  #written: ((error?: Error | null) => void) | undefined;
  #asked: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined;
  #isOver = false;

  /** What was written. Read by one reader; ends when this side ends, and stopping it destroys the stream. */
  readonly outgoing: AsyncIterableIterator<Uint8Array> = {
    next: () => this.#next(),
    return: () => {
      this.destroy();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };

  constructor({ incoming, pieceBytes }: ByteStreamOptions) {
    super();
    this.#incoming = incoming;
    this.#pieceBytes = pieceBytes;
  }

  override _read(): void {
    this.#incoming.next().then(
      ({ done, value }) => setImmediate(() => this.destroyed || this.push(done ? null : value)),
      (error: Error) => this.destroy(error),
    );
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, written: (error?: Error | null) => void): void {
    this.#send(chunk, written);
  }

  override _writev(chunks: { chunk: Buffer }[], written: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), written);
  }

  override _final(finished: () => void): void {
    this.#end();
    finished();
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    this.#pieces.length = 0;
    this.#end();
    this.#written?.(error ?? new Error('the stream was ended'));
    this.#written = undefined;
    this.#incoming.return?.().catch(() => undefined); // nobody wants what it still has
    destroyed(error);
  }

  #send(bytes: Buffer, written: (error?: Error | null) => void): void {
    for (let start = 0; start < bytes.length; start += this.#pieceBytes) {
      this.#pieces.push(bytes.subarray(start, start + this.#pieceBytes));
    }
    this.#written = written;
    this.#give();
  }

  #next(): Promise<IteratorResult<Uint8Array>> {
    this.#asked = Promise.withResolvers();
    const { promise } = this.#asked;
    if (this.#pieces.length === 0) this.#taken();
    this.#give();
    return promise;
  }

  #taken(): void {
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }

  #give(): void {
    if (!this.#asked) return;
    const value = this.#pieces.shift();
    if (value === undefined && !this.#isOver) return;
    this.#asked.resolve(value === undefined ? done : { done: false, value });
    this.#asked = undefined;
  }

  #end(): void {
    this.#isOver = true;
    this.#give();
  }
}

const done: IteratorResult<Uint8Array> = { done: true, value: undefined };
