/** JSON-RPC by WebSocket: one message a frame of text, any number of calls and streams at the same time. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Principal } from '../../rpc/principal.ts';
import { type Desk, traceOf } from './desk.ts';
import { MAX_MESSAGE_BYTES, MAX_UNSENT_BYTES, MESSAGES_PER_TURN, PAUSE_BYTES, PING_MS } from './limits.ts';
import { type Line, Session } from './session.ts';

/** Why a WebSocket ends (RFC 6455 §7.4.1). */
const closeCode = { goingAway: 1001, unsupportedData: 1003, policyViolation: 1008, internalError: 1011 } as const;

/** All WebSockets of one door. */
export class Sockets {
  readonly #desk: Desk;
  readonly #log: Log;
  readonly #open = new Set<Socket>();
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false, // a small message could be inflated into a large one
    maxPayload: MAX_MESSAGE_BYTES,
  });
  readonly #timer: NodeJS.Timeout;

  constructor(desk: Desk, log: Log, pingMs = PING_MS) {
    this.#desk = desk;
    this.#log = log;
    this.#timer = setInterval(() => this.#sweep(), pingMs).unref();
  }

  /** Answers a request for a WebSocket. `identify` says who is there now; it throws when nobody is any more. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, identify: () => Principal): void {
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const own = new Socket(
        ws,
        socket,
        identify,
        this.#log,
        (line) => new Session(this.#desk, line, traceOf(request.headers)),
      );
      this.#open.add(own);
      ws.once('close', () => this.#open.delete(own));
    });
  }

  close(): void {
    clearInterval(this.#timer);
    for (const socket of this.#open) socket.close();
  }

  #sweep(): void {
    for (const socket of this.#open) socket.check();
  }
}

class Socket implements Line {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #identify: () => Principal;
  readonly #log: Log;
  readonly #session: Session;
  /** Messages that came in one piece with others: what they wait for is their turn. At most what one read brings. */
  readonly #inbox: Buffer[] = [];
  #served = 0;
  #room: Promise<void> | undefined;
  #heard = true;
  #known: Principal | undefined;
  #isCorked = false;
  #isTurnEnding = false;

  constructor(ws: WebSocket, socket: Duplex, identify: () => Principal, log: Log, open: (line: Line) => Session) {
    this.#ws = ws;
    this.#socket = socket;
    this.#identify = identify;
    this.#log = log;
    this.#session = open(this);
    ws.on('message', (data, isBinary) => this.#take(data as Buffer, isBinary));
    ws.on('pong', () => {
      this.#heard = true;
    });
    ws.on('error', (error) => log.debug('a WebSocket broke', { error: messageOf(error) }));
    ws.once('close', () => {
      this.#inbox.length = 0;
      this.#session.close();
    });
  }

  room(): Promise<void> | undefined {
    return this.#room;
  }

  send(text: string): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#ws.bufferedAmount > MAX_UNSENT_BYTES) return void this.#ws.terminate();
    this.#cork();
    this.#ws.send(text);
    if (this.#room !== undefined || this.#ws.bufferedAmount <= PAUSE_BYTES) return;
    this.#room = this.#drained();
    this.#pauseOrResume();
  }

  /** Ends it if the other end has been silent since the last time, or is nobody any more; else asks whether it is there. */
  check(): void {
    if (!this.#heard) return void this.#ws.terminate();
    this.#heard = false;
    if (this.#principal() !== undefined) this.#ws.ping();
  }

  close(): void {
    this.#ws.close(closeCode.goingAway, 'the node stops');
  }

  #take(data: Buffer, isBinary: boolean): void {
    this.#heard = true;
    if (isBinary) return void this.#ws.close(closeCode.unsupportedData, 'JSON-RPC is text');
    if (this.#served < MESSAGES_PER_TURN) return void this.#serve(data);
    this.#inbox.push(data);
    this.#pauseOrResume();
  }

  #serve(data: Buffer): void {
    this.#served++;
    const principal = this.#principal();
    if (principal === undefined) return;
    this.#session.take(data.toString('utf8'), principal).catch((error: unknown) => {
      this.#log.error('a JSON-RPC message failed', { error: messageOf(error) });
      this.#ws.close(closeCode.internalError);
    });
  }

  /** Who is there, asked once in a turn of the event loop: a token may have run out since the last message. */
  #principal(): Principal | undefined {
    try {
      this.#known ??= this.#identify();
      this.#endTurn();
      return this.#known;
    } catch (error) {
      this.#ws.close(closeCode.policyViolation, messageOf(error).slice(0, 100));
      return undefined;
    }
  }

  /** What is written in one turn of the event loop leaves together. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#socket.cork();
    this.#endTurn();
  }

  #endTurn(): void {
    if (this.#isTurnEnding) return;
    this.#isTurnEnding = true;
    setImmediate(() => {
      this.#isTurnEnding = false;
      this.#known = undefined;
      this.#served = 0;
      if (this.#isCorked) this.#socket.uncork();
      this.#isCorked = false;
      if (this.#inbox.length > 0) this.#serveWaiting();
    });
  }

  /** Answers to the first messages of a read leave before the next are served, and other callers get their turn. */
  #serveWaiting(): void {
    for (const data of this.#inbox.splice(0, MESSAGES_PER_TURN)) this.#serve(data);
    this.#pauseOrResume();
  }

  /** Reads nothing more while messages wait, or answers: who does not read answers has no business asking. */
  #pauseOrResume(): void {
    if (this.#room !== undefined || this.#inbox.length > 0) this.#ws.pause();
    else this.#ws.resume();
  }

  #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => {
      this.#socket.off('drain', done).off('close', done);
      this.#room = undefined;
      this.#pauseOrResume();
      resolve();
    };
    this.#socket.once('drain', done).once('close', done);
    return promise;
  }
}
