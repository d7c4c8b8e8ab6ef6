/** The node's log: `<home>/log/node.log`, one JSON object a line. */
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCodeOf } from '../base/errors.ts';
import { formatJsonLine, type LogRecord } from '../base/log.ts';

/** Days of an ordinary node. */
const maxBytes = 10 * 1024 * 1024;

/** Where logs that became long go, newest first: `node.log.1`, `node.log.2`. */
const kept = 2;

/** A place for log records. Never throws: a node must not end because its disk is full. */
export interface LogFile {
  /** Appends at once. What does not fit is dropped and counted; the next line that fits is preceded by the count. */
  write(record: LogRecord): void;
  /** Idempotent. Later records are dropped. */
  close(): void;
}

/** Continues the log, or begins one that only its owner can read. */
export async function openLogFile(path: string): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = new RotatingFile(path);
  let dropped = 0;
  return {
    write(record) {
      try {
        if (dropped > 0) file.append(formatJsonLine(lostLines(record.time, dropped)));
        dropped = 0;
        file.append(formatJsonLine(record));
      } catch {
        // The disk is full or gone: there is nobody to tell but the next line that fits.
        dropped++;
      }
    },
    close: () => file.close(),
  };
}

function lostLines(time: string, count: number): LogRecord {
  return { time, level: 'warn', message: 'log lines were lost', fields: { count } };
}

class RotatingFile {
  readonly #path: string;
  /** -1 once closed: the number may be another file's by then. */
  #file: number;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'a', 0o600);
    this.#size = fstatSync(this.#file).size;
  }

  /** A line is whole in one file. Throws system errors; the next call may succeed. */
  append(line: string): void {
    if (this.#size > maxBytes) this.#rotate();
    this.#size += writeSync(this.#file, line);
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
  }

  /** If a step fails, the open file stays in use, and the next line tries again. */
  #rotate(): void {
    for (let age = kept; age > 0; age--)
      renameIfThere(age === 1 ? this.#path : `${this.#path}.${age - 1}`, `${this.#path}.${age}`);
    const next = openSync(this.#path, 'a', 0o600);
    closeSync(this.#file);
    this.#file = next;
    this.#size = 0;
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
  }
}
