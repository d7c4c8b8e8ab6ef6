import type { Duplex } from 'node:stream';

const LENGTH_BYTES = 4;

/** Byte strings over a socket, each behind its length; those of one turn of the event loop leave in one write. */
export class LengthPrefixed {
  readonly #socket: Duplex;
  readonly #take: (bytes: Buffer) => void;
  #rest: Buffer | undefined;
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;

  /** `take` gets views into what arrived. */
  constructor(socket: Duplex, take: (bytes: Buffer) => void) {
    this.#socket = socket;
    this.#take = take;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  send(bytes: Uint8Array): void {
    if (this.#unsent.length === 0) setImmediate(this.#flush);
    this.#unsent.push(bytes);
    this.#unsentBytes += LENGTH_BYTES + bytes.length;
  }

  readonly #flush = (): void => {
    const packet = Buffer.allocUnsafe(this.#unsentBytes);
    let offset = 0;
    for (const bytes of this.#unsent) {
      offset = packet.writeUInt32BE(bytes.length, offset);
      packet.set(bytes, offset);
      offset += bytes.length;
    }
    this.#unsent = [];
    this.#unsentBytes = 0;
    this.#socket.write(packet);
  };

  #read(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let offset = 0;
    while (bytes.length - offset >= LENGTH_BYTES) {
      const start = offset + LENGTH_BYTES;
      const end = start + bytes.readUInt32BE(offset);
      if (end > bytes.length) break;
      this.#take(bytes.subarray(start, end));
      offset = end;
    }
    this.#rest = offset < bytes.length ? bytes.subarray(offset) : undefined;
  }
}
