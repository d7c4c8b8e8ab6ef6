/** What the demo measures: small numbers of calls, on whatever machine it runs. `npm run bench` is for comparisons. */
import { cpus } from 'node:os';
import type { Client } from '@modelcontextprotocol/client';
import { textOf } from './agent.ts';

const SEQUENTIAL_CALLS = 200;
const IN_FLIGHT = 32;
const LOAD_MS = 2000;

/** One number, in the shape that the benchmarks print too. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

/** What `towline demo --json` prints. */
export interface DemoFigures {
  readonly suite: 'demo';
  readonly machine: string;
  readonly figures: readonly Figure[];
  readonly steps: readonly { readonly title: string; readonly ms: number }[];
}

/** Calls `echo` on another node through MCP over HTTP, one at a time, then many at once. */
export async function measure(client: Client, echo: string): Promise<Figure[]> {
  const call = async () => textOf(await client.callTool({ name: echo, arguments: { message: 'measure' } }));
  const latencies = await callInSequence(call);
  return [
    { name: 'mesh_call_p50', value: round(median(latencies)), unit: 'ms' },
    { name: 'mesh_calls_32_in_flight', value: Math.round(await callsPerSecond(call)), unit: 'calls/s' },
  ];
}

async function callInSequence(call: () => Promise<string>): Promise<number[]> {
  const latencies: number[] = [];
  for (let index = 0; index < SEQUENTIAL_CALLS; index += 1) {
    const start = performance.now();
    await call();
    latencies.push(performance.now() - start);
  }
  return latencies;
}

async function callsPerSecond(call: () => Promise<string>): Promise<number> {
  const start = performance.now();
  let count = 0;
  const worker = async () => {
    while (performance.now() - start < LOAD_MS) {
      await call();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return count / ((performance.now() - start) / 1000);
}

/** A short description of the machine, for whoever compares figures. */
export function machineText(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown'}, Node ${process.versions.node}, ${process.platform}`;
}

/** The middle value; of an even number, the upper one of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

/** To two decimals. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
