/**
 * The answer to one POST. It is plain JSON while nothing but the reply needs saying; at the first notification, or
 * when the call takes long, it becomes a stream of events, if the client takes one.
 */
import type { ServerResponse } from 'node:http';
import { oneLine } from '../wire.ts';
import { replyText } from './answer.ts';
import { keepAlive, letBe, type Waiting } from './keep-alive.ts';
import type { Reply } from './reply.ts';

export class HttpResponder implements Waiting {
  readonly #response: ServerResponse;
  readonly #takesEvents: boolean;
  readonly #waiting: number;

  constructor(response: ServerResponse, takesEvents: boolean) {
    this.#response = response;
    this.#takesEvents = takesEvents;
    this.#waiting = keepAlive(this);
  }

  /** Sends a message before the reply; dropped if the client takes no events. See `Caller.notify`. */
  notify(message: string): Promise<void> | undefined {
    return this.#takesEvents ? this.#write(`event: message\ndata: ${oneLine(message)}\n\n`) : undefined;
  }

  /** Opens the stream of events now: for streams without a reply. */
  open(): void {
    this.#write(': open\n\n');
  }

  /** The end, with the reply to the request `id` (exact text). */
  reply(id: string, reply: Reply): void {
    const status = 'error' in reply ? (reply.httpStatus ?? 200) : 200;
    this.end(status, replyText(id, reply));
  }

  /** The end, with a JSON text; without one, the status says it all. */
  end(status: number, text = ''): void {
    letBe(this.#waiting);
    if (this.#response.headersSent) this.#response.end(text === '' ? '' : `event: message\ndata: ${oneLine(text)}\n\n`);
    else sendJson(this.#response, status, text);
  }

  /** See `keepAlive`. A client that has gone is told nothing more. */
  stillHere(): void {
    if (this.#response.destroyed) letBe(this.#waiting);
    else if (this.#takesEvents) this.#write(': still here\n\n');
  }

  #write(text: string): Promise<void> | undefined {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return undefined;
    if (!response.headersSent) {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
    }
    return response.write(text) ? undefined : drained(response);
  }
}

/** A whole answer. Without a text there is no body. */
export function sendJson(response: ServerResponse, status: number, text: string): void {
  if (text === '') response.writeHead(status, { 'content-length': 0 });
  else response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Resolves, too, when the client has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle).off('close', settle);
      resolve();
    };
    response.on('drain', settle).on('close', settle);
  });
}
