/**
 * The file that tells other processes on the machine where the node is. It is a hint, not a lock: a node that was
 * killed leaves it behind, so a reader asks `isProcessAlive`, and then the url, before it believes it.
 */
import { readFile, rm } from 'node:fs/promises';
import { systemCodeOf } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';

export interface RunFile {
  readonly pid: number;
  /** Where the node answers programs on this machine, such as "http://127.0.0.1:7433". */
  readonly url: string;
  /** When it became ready, as an RFC 3339 text in UTC. */
  readonly startTime: string;
  /** The version of the software that runs. */
  readonly version: string;
}

/** Says that the node is ready. Replaces what an earlier process left. */
export async function writeRunFile(path: string, run: RunFile): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(run, undefined, 2)}\n`, { mode: 0o600 });
}

/** What the file says; nothing if there is none, or if something else than a node wrote it. */
export async function readRunFile(path: string): Promise<RunFile | undefined> {
  try {
    return parseRunFile(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError || systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Takes the file away, if it is still this process's own: a successor may have written it since. */
export async function removeRunFile(path: string, pid: number = process.pid): Promise<void> {
  const run = await readRunFile(path);
  if (run?.pid === pid) await rm(path, { force: true });
}

/** Whether there is a process with this id, of whichever user. An id may have been given to another program since. */
export function isProcessAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false; // 0 and below would mean process groups
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCodeOf(error) === 'EPERM';
  }
}

function parseRunFile(value: unknown): RunFile | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, url, startTime, version } = value as Partial<Record<keyof RunFile, unknown>>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof url !== 'string' || typeof startTime !== 'string' || typeof version !== 'string') return undefined;
  return { pid, url, startTime, version };
}
