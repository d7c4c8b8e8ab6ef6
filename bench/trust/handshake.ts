/**
 * Links that are opened and closed again: mutual TLS 1.3 and both hellos, on the port of a whole node. Beside it what a
 * link stands on, with the same certificates: TLS alone, and TLS with an HTTP/2 stream. All in processes of their own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../src/base/bytes.ts';
import { createIdentity } from '../../src/trust/identity.ts';
import { alternate } from '../lib/alternate.ts';
import { type Figure, median } from '../lib/figures.ts';
import { startWorker, type Worker } from '../lib/worker.ts';
import type { Way } from './handshake-ways.ts';

const rounds = 5;
const oneByOne = 100;
const many = 600;
/** Beside the node, more would take its processor away on two cores. */
const processes = 2;
const togetherOfEach = 4;

export async function handshakeFigures(note: (text: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  await using workers = new AsyncDisposableStack();
  workers.defer(() => rm(folder, { recursive: true, force: true }));
  const start = (script: string, ...args: string[]) =>
    workers.use(startWorker(join(import.meta.dirname, script), ...args));
  const homes = Array.from({ length: processes * togetherOfEach }, (_, n) => join(folder, `dialer-${n}`));
  const trusted = await Promise.all(homes.map(async (home) => toHex((await createIdentity(home)).nodeId)));
  const dialers = Array.from({ length: processes }, (_, n) =>
    start('handshake-dialer.ts', ...homes.slice(n * togetherOfEach, (n + 1) * togetherOfEach)),
  );
  const open = async (way: Way) => {
    const home = join(folder, way);
    const nodeId = toHex((await createIdentity(home)).nodeId);
    const server = start('handshake-node.ts', home, way);
    return new Dialed(server, dialers, { way, nodeId, address: await server.ask<string>('serve', trusted) });
  };
  const all = { link: await open('link'), http2: await open('http2'), tls: await open('tls') };
  const measure = (how: (dialed: Dialed) => Promise<number>) =>
    alternate(rounds, { link: () => how(all.link), http2: () => how(all.http2), tls: () => how(all.tls) });
  note('warming up');
  for (const dialed of Object.values(all)) await dialed.perSecond();
  note(`${oneByOne} links one by one, ${rounds} times`);
  const p50 = await measure((dialed) => dialed.p50Ms());
  note(`${many} links, ${homes.length} at a time, ${rounds} times`);
  const rate = await measure((dialed) => dialed.perSecond());
  return [
    { name: 'handshake_p50_ms', value: median(p50.link), unit: 'ms', target: 3, better: 'lower' },
    { name: 'handshake_p50_http2_floor_ms', value: median(p50.http2), unit: 'ms', better: 'lower' },
    { name: 'handshake_p50_tls_floor_ms', value: median(p50.tls), unit: 'ms', better: 'lower' },
    { name: 'handshakes_per_second', value: median(rate.link), unit: '/s', target: 400, better: 'higher' },
    { name: 'handshakes_per_second_http2_floor', value: median(rate.http2), unit: '/s', better: 'higher' },
    { name: 'handshakes_per_second_tls_floor', value: median(rate.tls), unit: '/s', better: 'higher' },
    { name: 'handshake_node_cpu_ms', value: all.link.cpuMs, unit: 'ms', better: 'lower' },
    { name: 'handshake_node_cpu_http2_floor_ms', value: all.http2.cpuMs, unit: 'ms', better: 'lower' },
    { name: 'handshake_node_cpu_tls_floor_ms', value: all.tls.cpuMs, unit: 'ms', better: 'lower' },
  ];
}

interface Target {
  readonly way: Way;
  readonly address: string;
  /** As hex. */
  readonly nodeId: string;
}

/** Who is dialed, and those who dial. */
class Dialed {
  readonly #server: Worker;
  readonly #dialers: readonly Worker[];
  readonly #target: Target;
  /** Of each handshake, round by round. */
  readonly #cpuMs: number[] = [];

  constructor(server: Worker, dialers: readonly Worker[], target: Target) {
    this.#server = server;
    this.#dialers = dialers;
    this.#target = target;
  }

  /** Processor time that one takes of who is dialed, when they come together; the first round not counted. */
  get cpuMs(): number {
    return median(this.#cpuMs.slice(1));
  }

  async p50Ms(): Promise<number> {
    return median((await this.#dialers[0]?.ask<number[]>('oneByOne', { ...this.#target, count: oneByOne })) ?? []);
  }

  async perSecond(): Promise<number> {
    const before = await this.#server.ask<number>('cpuMs');
    const start = performance.now();
    const asked = { ...this.#target, count: many / processes };
    await Promise.all(this.#dialers.map((dialer) => dialer.ask('together', asked)));
    const rate = many / ((performance.now() - start) / 1_000);
    this.#cpuMs.push(((await this.#server.ask<number>('cpuMs')) - before) / many);
    return rate;
  }
}
