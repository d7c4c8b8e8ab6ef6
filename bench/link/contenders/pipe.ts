/** Bytes through a raw TLS socket, as fast as it takes them: what bulk is measured against. */
import type { TLSSocket } from 'node:tls';
import type { Contender } from '../contender.ts';
import { connectTls, listenTls } from '../tls.ts';

/** What is written at a time. */
const CHUNK = Buffer.alloc(64 * 1024);

/** A request is how many bytes are wanted, in this many. */
const REQUEST_BYTES = 8;

export const pipe: Contender = {
  serve: (own) =>
    listenTls(own, (socket) => {
      socket.on('data', (request: Buffer) => pour(socket, Number(request.readBigUInt64BE())));
    }),
  async dial(address, own) {
    const socket = await connectTls(address, own);
    let missing = 0;
    let whole = Promise.withResolvers<void>();
    socket.on('data', (chunk: Buffer) => {
      missing -= chunk.length;
      if (missing === 0) whole.resolve();
    });
    return {
      /** Messages have no borders here. */
      read(payloadBytes, count) {
        missing = payloadBytes * count;
        whole = Promise.withResolvers();
        const request = Buffer.alloc(REQUEST_BYTES);
        request.writeBigUInt64BE(BigInt(missing));
        socket.write(request);
        return whole.promise;
      },
    };
  },
};

/** Writes so many bytes, and waits wherever the socket is full. */
function pour(socket: TLSSocket, bytes: number): void {
  let left = bytes;
  while (left > 0 && socket.writable) {
    const chunk = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
    left -= chunk.length;
    if (!socket.write(chunk)) break;
  }
  if (left > 0) socket.once('drain', () => pour(socket, left));
}
