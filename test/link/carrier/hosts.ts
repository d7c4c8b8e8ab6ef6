/** What listens on this machine, for tests of carriers. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Carrier } from '../../../src/link/carrier/carrier.ts';

export interface Host extends AsyncDisposable {
  readonly port: number;
}

/** Listens on a free port. Ends its connections when it is disposed. */
export async function hostOf(server: Server): Promise<Host> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Accepts connections and never says a word. */
export function silentHost(): Promise<Host> {
  return hostOf(createServer());
}

/** A port at which nobody listens. */
export async function deadPort(): Promise<number> {
  await using host = await silentHost();
  return host.port;
}

/** Pairs each dial with what was accepted for it: one at a time. */
export class Arrivals {
  readonly #arrived: Carrier[] = [];
  readonly #waiting: ((carrier: Carrier) => void)[] = [];

  add(carrier: Carrier): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(carrier);
    else this.#arrived.push(carrier);
  }

  async next(): Promise<Carrier> {
    return this.#arrived.shift() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }
}
