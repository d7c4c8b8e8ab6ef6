/** A session of an older client over HTTP: what lives between its requests. */
import type { ServerResponse } from 'node:http';
import type { Seat } from './agents.ts';
import { HttpResponder } from './http-responder.ts';
import { InFlight } from './in-flight.ts';
import { LegacySession } from './legacy-session.ts';
import type { Lease } from './views.ts';

export class HttpSession {
  /** The principal that made it: nobody else can use it. */
  readonly principal: string;
  readonly conversation: LegacySession;
  readonly inFlight = new InFlight();
  readonly lease: Lease;
  readonly #seat: Seat;
  #stream: HttpResponder | undefined;

  constructor(principal: string, lease: Lease, seat: Seat) {
    this.principal = principal;
    this.lease = lease;
    this.#seat = seat;
    this.conversation = new LegacySession(lease.view, (message) => void this.#stream?.notify(message));
    this.conversation.greet(seat.name);
  }

  get isBusy(): boolean {
    return this.#stream !== undefined || this.inFlight.size > 0;
  }

  /** What the server says unasked goes here from now on. An older stream ends: the client has lost it. */
  openStream(response: ServerResponse): void {
    this.#stream?.end(200);
    const stream = new HttpResponder(response, true);
    this.#stream = stream;
    response.once('close', () => {
      if (this.#stream === stream) this.#stream = undefined;
    });
    stream.open();
  }

  close(): void {
    this.conversation.close();
    this.inFlight.abortAll();
    this.#stream?.end(200);
    this.#seat.leave();
    this.lease.release();
  }
}
