/** A raw load client over node:http with keep-alive: it costs the same for whatever it loads. */
import { Agent, request } from 'node:http';

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
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  let next = 0;
  const worker = async () => {
    while (next < count) await post(load, agent, next++);
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  return count / seconds;
}

function post(load: Load, agent: Agent, n: number): Promise<void> {
  const body = load.body(n);
  return new Promise((resolve, reject) => {
    const req = request(load.url, {
      method: 'POST',
      agent,
      headers: { ...load.headers, 'content-length': Buffer.byteLength(body) },
    });
    req.on('error', reject);
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        try {
          load.check(res.statusCode ?? 0, Buffer.concat(chunks).toString());
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    req.end(body);
  });
}
