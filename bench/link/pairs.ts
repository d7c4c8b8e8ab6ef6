import { join } from 'node:path';
import { createIdentity } from '../../src/trust/identity.ts';
import { startWorker, type Worker } from '../lib/worker.ts';
import type { ContenderName } from './contenders.ts';
import type { Latencies } from './load.ts';

/** A server and a client of one contender, connected. */
export class Pair {
  readonly server: Worker;
  readonly client: Worker;
  /** Where the server listens. */
  readonly address: string;

  constructor(server: Worker, client: Worker, address: string) {
    this.server = server;
    this.client = client;
    this.address = address;
  }

  /** Answers per second, with so many calls in flight. */
  callRate(payloadBytes: number, inFlight: number, ms: number): Promise<number> {
    return this.client.ask('callRate', { payloadBytes, inFlight, ms });
  }

  /** Of one call at a time. */
  latencies(payloadBytes: number, ms: number): Promise<Latencies> {
    return this.client.ask('latencies', { payloadBytes, ms });
  }

  /** Of a call every `everyMs`, whether or not the last was answered. */
  paced(payloadBytes: number, everyMs: number, ms: number): Promise<Latencies> {
    return this.client.ask('paced', { payloadBytes, everyMs, ms });
  }

  /** Messages per second, of one stream of `count` messages after the other. */
  readRate(payloadBytes: number, count: number, ms: number): Promise<number> {
    return this.client.ask('readRate', { payloadBytes, count, ms });
  }
}

/** The pairs of a run, each started when it is first asked for, with identities in a scratch folder. */
export class Pairs implements AsyncDisposable {
  readonly #scratch: string;
  readonly #pairs = new Map<ContenderName, Promise<Pair>>();
  readonly #workers = new AsyncDisposableStack();

  private constructor(scratch: string) {
    this.#scratch = scratch;
  }

  static async in(scratch: string): Promise<Pairs> {
    for (const side of ['server', 'client']) await (await createIdentity(join(scratch, side))).tls();
    return new Pairs(scratch);
  }

  /** Rejects with why it cannot be had. */
  get(name: ContenderName): Promise<Pair> {
    const pair = this.#pairs.get(name) ?? this.fresh(name);
    this.#pairs.set(name, pair);
    return pair;
  }

  /** One more pair, that nobody has used. */
  async fresh(name: ContenderName): Promise<Pair> {
    const homes = { server: join(this.#scratch, 'server'), client: join(this.#scratch, 'client') };
    const start = (script: string, own: string, peer: string) =>
      this.#workers.use(startWorker(join(import.meta.dirname, script), name, own, peer));
    const server = start('server.ts', homes.server, homes.client);
    const client = start('client.ts', homes.client, homes.server);
    const address = await server.ask<string>('serve');
    await client.ask('dial', address);
    return new Pair(server, client, address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workers.disposeAsync();
  }
}
