/** A TCP proxy that does to its connections what networks do: delay, trickle, stall, cut. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes that wait in the proxy for one direction, above which the sender waits. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Of a limited rate: the pieces in which bytes leave. */
const PIECES_PER_SECOND = 10;

/** What is wrong with the network now. */
export interface Faults {
  /** Added to each direction. */
  delayMs: number;
  /** At most so much more, at random. */
  jitterMs: number;
  /** In each direction of each connection. */
  bytesPerSecond: number;
  /** Nothing moves; what was sent arrives later. */
  isStalled: boolean;
  /** New connections are refused. */
  isDown: boolean;
}

const HEALTHY: Faults = {
  delayMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  isStalled: false,
  isDown: false,
};

export class FaultProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** "host:port" where the connections go on to. */
  target = '';
  faults: Faults = { ...HEALTHY };

  /** Listens on a free port of loopback. */
  static async start(): Promise<FaultProxy> {
    const proxy = new FaultProxy();
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  constructor() {
    this.#server = createServer({ pauseOnConnect: true }, (socket) => this.#take(socket));
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on this is wrong, and nothing else. */
  set(faults: Partial<Faults>): void {
    this.faults = { ...HEALTHY, ...faults };
  }

  /** Resets every connection; with `afterBytes`, once so much more has come through, in the middle of whatever it is. */
  reset(afterBytes = 0): void {
    for (const pair of this.#pairs) pair.resetAfter(afterBytes);
  }

  /** Swallows all that comes on the connections that there are, and tells nobody: both ends believe that they live. */
  forget(): void {
    for (const pair of this.#pairs) pair.isForgotten = true;
  }

  #take(socket: Socket): void {
    if (this.faults.isDown || this.target === '') {
      socket.resetAndDestroy();
      return;
    }
    const [host, port] = this.target.split(':');
    const pair = new Pair(socket, connect({ host, port: Number(port) }), () => this.faults);
    this.#pairs.add(pair);
    pair.onClose = () => this.#pairs.delete(pair);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of this.#pairs) pair.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** A connection through the proxy. */
class Pair {
  readonly #sockets: readonly [Socket, Socket];
  readonly #faults: () => Faults;
  isForgotten = false;
  onClose: () => void = () => undefined;
  #left = Number.POSITIVE_INFINITY;

  constructor(client: Socket, server: Socket, faults: () => Faults) {
    this.#sockets = [client, server];
    this.#faults = faults;
    this.#pump(client, server);
    this.#pump(server, client);
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (!this.isForgotten) this.destroy();
      });
    }
  }

  #pump(from: Socket, to: Socket): void {
    let tail = Promise.resolve();
    let waiting = 0;
    from.on('data', (chunk: Buffer) => {
      waiting += chunk.length;
      if (waiting > HIGH_WATER_BYTES) from.pause();
      const { delayMs, jitterMs } = this.#faults();
      const arrives = sleep(delayMs + Math.random() * jitterMs);
      tail = tail.then(async () => {
        await arrives;
        await this.#deliver(chunk, to);
        waiting -= chunk.length;
        from.resume();
      });
    });
    from.on('end', () => void tail.then(() => this.isForgotten || to.end()));
    from.resume();
  }

  async #deliver(chunk: Buffer, to: Socket): Promise<void> {
    for (let rest = chunk; rest.length > 0 && !this.isForgotten && !to.destroyed; ) {
      while (this.#faults().isStalled && !to.destroyed) await sleep(20);
      const { bytesPerSecond } = this.#faults();
      const isLimited = Number.isFinite(bytesPerSecond);
      const size = Math.min(
        rest.length,
        this.#left,
        isLimited ? Math.ceil(bytesPerSecond / PIECES_PER_SECOND) : rest.length,
      );
      to.write(rest.subarray(0, size));
      rest = rest.subarray(size);
      this.#left -= size;
      if (this.#left <= 0) this.#reset();
      if (isLimited) await sleep(1_000 / PIECES_PER_SECOND);
    }
  }

  resetAfter(bytes: number): void {
    this.#left = bytes;
    if (bytes === 0) this.#reset();
  }

  #reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.onClose();
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.onClose();
  }
}
