/** The node's log: `<home>/log/node.log`, one JSON object a line. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCodeOf } from '../base/errors.ts';
import { formatJsonLine, type LogRecord } from '../base/log.ts';

/** Days of an ordinary node; two of them are kept. */
const maxBytes = 10 * 1024 * 1024;
const followEveryMs = 250;

/** A place for log records. Never throws: a node must not end because its disk is full. */
export interface LogFile {
  write(record: LogRecord): void;
  close(): void;
}

export async function openLogFile(path: string): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let file = openSync(path, 'a', 0o600);
  let size = fstatSync(file).size;
  let dropped = 0;

  function rotate(): void {
    closeSync(file);
    renameSync(path, `${path}.1`);
    file = openSync(path, 'a', 0o600);
    size = 0;
  }

  function append(line: string): void {
    if (size > maxBytes) rotate();
    size += writeSync(file, line);
  }

  return {
    write(record) {
      try {
        if (dropped > 0)
          append(
            formatJsonLine({ ...record, level: 'warn', message: 'log lines were lost', fields: { count: dropped } }),
          );
        dropped = 0;
        append(formatJsonLine(record));
      } catch {
        // The disk is full or gone: there is nobody to tell but the next line that fits.
        dropped++;
      }
    },
    close: () => closeSync(file),
  };
}

export interface TailOptions {
  /** How many lines of what there is. */
  readonly lines: number;
  /** Whether to wait for more. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/** The last lines of a log, then those that are added, through rotations. Nothing if there is no log. */
export async function* tailLog(path: string, { lines, follow, signal }: TailOptions): AsyncGenerator<string> {
  const text = await readFile(path, 'utf8').catch(nothingIfAbsent);
  yield* splitLines(text).slice(-lines || Number.MAX_SAFE_INTEGER);
  let offset = Buffer.byteLength(text);
  while (follow && !signal?.aborted) {
    const { added, start } = await readFrom(path, offset);
    const end = added.lastIndexOf(0x0a) + 1;
    offset = start + end;
    yield* splitLines(added.toString('utf8', 0, end));
    if (end === 0) await sleep(followEveryMs, undefined, signal ? { signal } : {}).catch(nothingIfAborted);
  }
}

/** What the file has after `offset`; from its start if it is shorter, because it was begun anew. */
async function readFrom(path: string, offset: number): Promise<{ added: Buffer; start: number }> {
  await using file = await open(path, 'a+');
  const { size } = await file.stat();
  const start = size < offset ? 0 : offset;
  const added = Buffer.alloc(Math.min(size - start, maxBytes));
  await file.read(added, 0, added.length, start);
  return { added, start };
}

function splitLines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function nothingIfAbsent(error: unknown): string {
  if (systemCodeOf(error) === 'ENOENT') return '';
  throw error;
}

function nothingIfAborted(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
