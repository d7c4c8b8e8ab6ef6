/**
 * A raw load client: HTTP/1.1 written and read by hand on keep-alive sockets, so that on a small machine the load
 * costs little beside what it loads. One call at a time on each connection.
 */
import { connect, type Socket } from 'node:net';

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body of the n-th request. */
  readonly body: (n: number) => string;
  /** Throws if an answer is not what was asked for. */
  readonly check: (status: number, body: string) => void;
}

/** Keeps `inFlight` requests under way until `count` were answered. Gives answers per second. */
export async function httpLoad(load: Load, inFlight: number, count: number): Promise<number> {
  const connections = Array.from({ length: inFlight }, () => new Connection(load));
  let next = 0;
  const worker = async (connection: Connection) => {
    while (next < count) await connection.post(next++);
  };
  const started = performance.now();
  try {
    await Promise.all(connections.map(worker));
    return count / ((performance.now() - started) / 1_000);
  } finally {
    for (const connection of connections) connection.close();
  }
}

class Connection {
  readonly #load: Load;
  readonly #socket: Socket;
  readonly #head: string;
  #received = '';
  #waiting: PromiseWithResolvers<void> | undefined;

  constructor(load: Load) {
    const { host, hostname, port, pathname } = new URL(load.url);
    const headers = { host, ...load.headers };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#load = load;
    this.#head = `POST ${pathname} HTTP/1.1\r\n${lines.join('')}content-length: `;
    this.#socket = connect(Number(port), hostname).setNoDelay().setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  post(n: number): Promise<void> {
    const body = this.#load.body(n);
    this.#waiting = Promise.withResolvers();
    this.#socket.write(`${this.#head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
    return this.#waiting.promise;
  }

  close(): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #read(text: string): void {
    this.#received += text;
    const answer = wholeAnswer(this.#received);
    if (!answer) return;
    this.#received = '';
    try {
      this.#load.check(answer.status, answer.body);
      this.#waiting?.resolve();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** The answer that `text` is, once all of it is there: with a length, or in chunks (whose frame stays in the body). */
function wholeAnswer(text: string): { status: number; body: string } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd).toLowerCase();
  const body = text.slice(headEnd + 4);
  const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
  const isWhole = length === undefined ? body.endsWith('0\r\n\r\n') : body.length >= Number(length);
  return isWhole ? { status: Number(text.slice(9, 12)), body } : undefined;
}
