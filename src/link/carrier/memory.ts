import { randomBytes } from 'node:crypto';
import { Duplex } from 'node:stream';
import type { Carrier } from './carrier.ts';

/**
 * Two ends of a carrier inside this process, for tests and for nodes that share one. There is no TLS inside: nobody
 * stands between.
 */
export function memoryCarriers(dialer: Uint8Array, acceptor: Uint8Array): { dialed: Carrier; accepted: Carrier } {
  const left = new MemoryEnd();
  const right = new MemoryEnd();
  left.other = right;
  right.other = left;
  const binding = new Uint8Array(randomBytes(32));
  return {
    dialed: { kind: 'memory', stream: left, binding, peerNodeId: acceptor },
    accepted: { kind: 'memory', stream: right, binding, peerNodeId: dialer },
  };
}

/**
 * One end of a pipe, as a socket is: it delivers in a later turn (Node's HTTP/2 and TLS break over streams that deliver
 * at once), and when one end is destroyed, so is the other, with no write left waiting.
 */
class MemoryEnd extends Duplex {
  /** Takes what HTTP/2 has under way, as a socket does that has carried for a while (windows.ts). */
  static readonly #takesBytes = 2 * 1024 * 1024;

  other: MemoryEnd | undefined;
  /** The write that waits for the reader of the other end. */
  #waiting: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: false, readableHighWaterMark: MemoryEnd.#takesBytes });
  }

  override _read(): void {
    const { other } = this;
    if (other === undefined || other.#waiting === undefined) return;
    setImmediate(other.#waiting);
    other.#waiting = undefined;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    setImmediate(() => {
      if (this.destroyed || !this.other || this.other.destroyed) done(new Error('the other end is gone'));
      else if (this.other.push(chunk)) done();
      else this.#waiting = done;
    });
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      if (this.other && !this.other.destroyed) this.other.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    setImmediate(() => this.other?.destroy());
    this.#waiting?.();
    this.#waiting = undefined;
    done(error);
  }
}
