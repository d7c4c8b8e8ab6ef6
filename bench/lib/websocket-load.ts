/** Load on one WebSocket: a text for each request, and each answer lets the next request go. */
import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface WebSocketLoad {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The n-th request. */
  readonly message: (n: number) => string;
  /** Throws if an answer is not what was asked for. */
  readonly check: (answer: string) => void;
}

/** Keeps `inFlight` requests under way until `count` were answered. Gives answers per second. */
export async function webSocketLoad(load: WebSocketLoad, inFlight: number, count: number): Promise<number> {
  const ws = new WebSocket(load.url, { headers: load.headers, perMessageDeflate: false });
  await once(ws, 'open');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let sent = 0;
  let answered = 0;
  const send = () => {
    if (sent < count) ws.send(load.message(sent++));
  };
  ws.on('error', reject);
  ws.on('close', () => reject(new Error('the server closed the WebSocket')));
  ws.on('message', (data) => {
    try {
      load.check(String(data));
    } catch (error) {
      reject(error);
    }
    if (++answered === count) resolve();
    else send();
  });
  const started = performance.now();
  for (let n = 0; n < inFlight; n++) send();
  try {
    await promise;
    return count / ((performance.now() - started) / 1_000);
  } finally {
    ws.terminate();
  }
}
