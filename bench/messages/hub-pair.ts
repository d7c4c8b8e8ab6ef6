import { join } from 'node:path';
import { createIdentity } from '../../src/trust/identity.ts';
import { startWorker, type Worker } from '../lib/worker.ts';

/** A hub, and processes of nodes that have links to it. All end with the scope. */
export class HubPair implements AsyncDisposable {
  readonly hub: Worker;
  readonly #homes: readonly [string, string];
  readonly #address: string;
  readonly #workers: AsyncDisposableStack;

  private constructor(hub: Worker, homes: readonly [string, string], address: string, workers: AsyncDisposableStack) {
    this.hub = hub;
    this.#homes = homes;
    this.#address = address;
    this.#workers = workers;
  }

  static async start(scratch: string): Promise<HubPair> {
    await using workers = new AsyncDisposableStack();
    const homes = [join(scratch, 'hub'), join(scratch, 'peer')] as const;
    for (const home of homes) await (await createIdentity(home)).tls();
    const hub = workers.use(startWorker(join(import.meta.dirname, 'hub.ts'), ...homes));
    return new HubPair(hub, homes, await hub.ask<string>('serve'), workers.move());
  }

  /** A process with so many links. */
  async peers(count: number): Promise<Worker> {
    const [hub, peer] = this.#homes;
    const worker = this.#workers.use(startWorker(join(import.meta.dirname, 'peer.ts'), peer, hub));
    await worker.ask('dial', { address: this.#address, count });
    return worker;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#workers.disposeAsync();
  }
}
