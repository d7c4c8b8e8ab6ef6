/** Real nodes for suites, from the built package. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Child, startChild } from './child.ts';

const exec = promisify(execFile);
const bin = join(import.meta.dirname, '..', '..', 'bin', 'towline.js');

/** A node on a free port; its first line is its status as JSON. */
export function startNode(home: string, ...args: string[]): Promise<Child> {
  return startChild([bin, ...upOf(home), ...args]);
}

/** The same, that frees what it can on SIGUSR2. */
export function startCollectingNode(home: string): Promise<Child> {
  const hook = join(import.meta.dirname, 'collect-on-signal.ts');
  return startChild(['--expose-gc', '--import', hook, bin, ...upOf(home)]);
}

function upOf(home: string): string[] {
  const name = home.split('/').at(-1) ?? 'node';
  return ['up', '--json', '--home', home, '--name', name, '--host', '127.0.0.1', '--port', '0'];
}

export function urlOf(node: Child): string {
  return (JSON.parse(node.firstLine) as { url: string }).url;
}

/** Runs a command in the home of a node and gives what it printed as JSON. */
export async function towline<T>(home: string, ...args: string[]): Promise<T> {
  const { stdout } = await exec(process.execPath, [bin, ...args, '--json', '--home', home]);
  return JSON.parse(stdout) as T;
}

/** Ticks of `/proc/PID/stat`: 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;

/** Processor time that a process has taken, in the kernel and outside of it. */
export function cpuMs(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, kernel] = fields.split(' ').slice(11, 13);
  return (Number(user) + Number(kernel)) * TICK_MS;
}

export function residentBytes(pid: number): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+) kB/);
  return Number(line?.[1] ?? 0) * 1024;
}
