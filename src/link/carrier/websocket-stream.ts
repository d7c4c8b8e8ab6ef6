import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WEBSOCKET_HELD_BYTES, WEBSOCKET_SEND_BYTES } from '../limits.ts';

/** RFC 6455 §7.4.1: nothing went wrong. */
const NORMAL = 1000;
/** The other side sent what this one does not take. */
const UNSUPPORTED = 1003;

/**
 * The binary messages of a WebSocket as one stream of bytes; where one ends and the next begins means nothing. What runs
 * inside brings an end of its own: ending this side says nothing to the other, and destroying it closes both.
 */
export class WebSocketStream extends Duplex {
  readonly #socket: WebSocket;

  /** `socket` is open, and owned from now on. */
  constructor(socket: WebSocket) {
    super({ readableHighWaterMark: WEBSOCKET_HELD_BYTES });
    this.#socket = socket;
    socket.on('message', this.#onMessage);
    socket.on('error', (error) => this.destroy(error));
    socket.once('close', (code) => {
      if (code === NORMAL) this.push(null);
      else this.destroy(new Error(`the WebSocket was closed with code ${code}`));
    });
    // Whoever wraps this stream hears errors too, but may not be there yet.
    this.on('error', noop);
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  /** Errors of the parts before the last are told with the last. */
  #send(bytes: Buffer, done: (error?: Error | null) => void): void {
    let start = 0;
    for (; bytes.length - start > WEBSOCKET_SEND_BYTES; start += WEBSOCKET_SEND_BYTES) {
      this.#socket.send(bytes.subarray(start, start + WEBSOCKET_SEND_BYTES), noop);
    }
    this.#socket.send(bytes.subarray(start), done);
  }

  override _final(done: () => void): void {
    done();
  }

  /** What was written still leaves; what comes is dropped until the other side has closed too. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const socket = this.#socket;
    if (socket.readyState === socket.CLOSED) {
      done(error);
      return;
    }
    socket.off('message', this.#onMessage);
    socket.once('close', () => done(error));
    socket.close(NORMAL);
    socket.resume();
  }

  readonly #onMessage = (data: RawData, isBinary: boolean): void => {
    if (!isBinary) this.#socket.close(UNSUPPORTED);
    else if (!this.push(data as Buffer)) this.#socket.pause();
  };
}

function noop(): void {}
