/**
 * HTTP/2's own windows under a link. Credits stop a sender stream by stream; these bound what is on its way in all.
 *
 * Node reads nothing from a connection while one of its writes waits. If both ends write more than the way between them
 * holds, each waits for the other to read, for ever. So no more may be on its way than the carrier takes without being
 * read: a fresh TCP connection takes about 100 KB, and more when it has carried more, because its buffers grow with
 * what it carries in a round trip.
 */
import type { Http2Session, Http2Stream } from 'node:http2';

/** What HTTP/2 begins with, and any carrier takes. */
export const FIRST_WINDOW_BYTES = 65_535;

/** Enough for 10 MB/s over a tenth of a second: what the credit of one stream allows. */
const LARGEST_WINDOW_BYTES = 1024 * 1024;

/** A window that was filled so often has shown that the carrier takes the double. */
const WINDOWS_BEFORE_GROWTH = 16;

/** Lets more be on its way to this side, the more has come. The stream is read already. */
export function growWindow(stream: Http2Stream): void {
  const { session } = stream;
  if (!session) return;
  let windowBytes = FIRST_WINDOW_BYTES;
  let receivedBytes = 0;
  const onData = (chunk: Buffer) => {
    receivedBytes += chunk.length;
    if (receivedBytes < WINDOWS_BEFORE_GROWTH * windowBytes) return;
    receivedBytes = 0;
    windowBytes = Math.min(2 * windowBytes, LARGEST_WINDOW_BYTES);
    if (windowBytes === LARGEST_WINDOW_BYTES) stream.off('data', onData);
    setWindow(session, windowBytes);
  };
  stream.on('data', onData);
}

/** For the connection and its streams. A connection that serves others too may have a wider one. */
function setWindow(session: Http2Session, bytes: number): void {
  if (session.destroyed) return;
  session.settings({ initialWindowSize: bytes });
  if ((session.state.effectiveLocalWindowSize ?? 0) < bytes) session.setLocalWindowSize(bytes);
}
