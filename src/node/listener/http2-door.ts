/** HTTP/2, over TLS or in clear. Links are taken below Node's compatibility interface, everything else above it. */
import {
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerOptions,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import { LinkService } from '../../../gen/towline/v1/link_service_pb.ts';
import { systemCodeOf } from '../../base/errors.ts';
import {
  IDLE_SESSION_MS,
  MAX_FRAME_BYTES,
  MAX_HEADER_BYTES,
  MAX_STREAMS,
  SESSION_MEMORY_MB,
  SESSION_WINDOW_BYTES,
  STREAM_WINDOW_BYTES,
} from './limits.ts';
import { type Hall, refusalOf, run, type Visit } from './visit.ts';

/** Where links are opened. */
export const LINK_PATH = `/${LinkService.typeName}/${LinkService.method.open.name}`;

export interface Http2Door {
  enter(socket: Duplex, visit: Visit): void;
  /** Tells clients to open no more streams. Connections end with their last one. */
  drain(): void;
}

const options: ServerOptions = {
  maxSessionMemory: SESSION_MEMORY_MB,
  settings: {
    initialWindowSize: STREAM_WINDOW_BYTES,
    maxFrameSize: MAX_FRAME_BYTES,
    maxConcurrentStreams: MAX_STREAMS,
    maxHeaderListSize: MAX_HEADER_BYTES,
  },
};

export function createHttp2Door(hall: Hall): Http2Door {
  const sessions = new Set<ServerHttp2Session>();
  const visits = new WeakMap<ServerHttp2Stream, Visit>();
  // Never has a connection: it turns streams into requests and responses, which Node offers only as an event.
  const compatible = createServer((request: Http2ServerRequest, response: Http2ServerResponse) => {
    const visit = visits.get(request.stream);
    if (!visit) return void request.stream.destroy();
    void run(
      hall,
      () => hall.handlers.onRequest(request, response, visit.facts),
      () => answer(request.stream, 500, 'The request failed inside the node; its log says why.\n'),
    );
  });

  const onStream = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    rest: readonly unknown[],
    visit: Visit,
  ) => {
    stream.on('error', () => undefined); // its 'close' follows; the session says what was wrong, if it was
    const refusal = refusalOf(hall, visit, headers);
    if (refusal) return answer(stream, 403, refusal);
    if (headers[':method'] === 'POST' && headers[':path'] === LINK_PATH) {
      const open = () => hall.handlers.onLinkStream(stream, headers, visit.facts);
      void run(hall, open, () => answer(stream, 500, 'The link failed inside the node; its log says why.\n'));
      return;
    }
    visits.set(stream, visit);
    compatible.emit('stream', stream, headers, ...rest);
  };

  return {
    enter(socket, visit) {
      const session = performServerHandshake(socket, options);
      sessions.add(session);
      session.once('close', () => sessions.delete(session));
      session.on('error', (error) => {
        if (systemCodeOf(error) !== 'ECONNRESET') hall.admission.settle(visit.connection, 'BAD_HTTP');
        visit.connection.socket.destroy();
      });
      session.setLocalWindowSize(SESSION_WINDOW_BYTES);
      closeWhenIdle(session);
      session.on('stream', (stream, headers, ...rest) => onStream(stream as ServerHttp2Stream, headers, rest, visit));
    },
    drain() {
      for (const session of sessions) session.close();
    },
  };
}

/** Ends a session that has had no streams for `IDLE_SESSION_MS`. */
function closeWhenIdle(session: ServerHttp2Session): void {
  let streams = 0;
  // Never cleared while the session lives: a cleared timer cannot be refreshed.
  const timer = setTimeout(() => streams === 0 && session.close(), IDLE_SESSION_MS).unref();
  session.on('stream', (stream) => {
    streams++;
    stream.once('close', () => {
      streams--;
      if (streams === 0 && !session.closed) timer.refresh();
    });
  });
  session.once('close', () => clearTimeout(timer));
}

/** Answers in text, if nothing was answered yet; else breaks the answer off. */
function answer(stream: ServerHttp2Stream, status: number, text: string): void {
  if (stream.destroyed) return;
  if (stream.headersSent) return void stream.destroy();
  stream.respond({ ':status': status, 'content-type': 'text/plain; charset=utf-8' });
  stream.end(text);
}
