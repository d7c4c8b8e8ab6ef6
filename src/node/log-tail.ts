/** Reads the node's log while it grows, as `towline logs` does. Needs no running node. */
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCodeOf } from '../base/errors.ts';

/** As quick as an eye that waits for a line. */
const followEveryMs = 250;

/** Enough for the longest lines in one read; more is read in steps. */
const chunkBytes = 256 * 1024;

const newline = 0x0a;

export interface TailOptions {
  /** How many of the lines that there are. */
  readonly lines: number;
  /** Whether to wait for more. */
  readonly follow: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The last lines of a log, then those that are added, through rotations. Nothing if there is no log; with `follow`,
 * waits for one. Ends when `signal` aborts.
 */
export async function* tailLog(path: string, { lines, follow, signal }: TailOptions): AsyncGenerator<string> {
  let file = await openIfThere(path);
  try {
    let reader = new LineReader(file);
    const last: string[] = [];
    for await (const line of reader.readLines()) {
      last.push(line);
      if (last.length > lines) last.shift();
    }
    yield* last;
    while (follow && !signal?.aborted) {
      yield* reader.readLines();
      const next = await openSuccessor(path, file);
      if (next) {
        yield* reader.readLines(); // what came between the last look and the rotation
        await file?.close();
        file = next;
        reader = new LineReader(file);
        continue;
      }
      await sleep(followEveryMs, undefined, signal ? { signal } : {}).catch(nothingIfAborted);
    }
  } finally {
    await file?.close();
  }
}

/** Whole lines of one file, each once. */
class LineReader {
  readonly #file: FileHandle | undefined;
  readonly #chunk = Buffer.alloc(chunkBytes);
  #offset = 0;
  #partial: Buffer[] = [];

  constructor(file: FileHandle | undefined) {
    this.#file = file;
  }

  /** The lines that were added since the last call. A part of a line waits for its end. */
  async *readLines(): AsyncGenerator<string> {
    while (this.#file) {
      const { bytesRead } = await this.#file.read(this.#chunk, 0, chunkBytes, this.#offset);
      if (bytesRead === 0) return;
      this.#offset += bytesRead;
      yield* this.#split(this.#chunk.subarray(0, bytesRead));
    }
  }

  *#split(bytes: Buffer): Generator<string> {
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      const line = Buffer.concat([...this.#partial, bytes.subarray(start, end)]).toString('utf8');
      this.#partial = [];
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < bytes.length) this.#partial.push(Buffer.from(bytes.subarray(start)));
  }
}

/** The file that stands at `path` now, if it is not the one that is read. */
async function openSuccessor(path: string, current: FileHandle | undefined): Promise<FileHandle | undefined> {
  const file = await openIfThere(path);
  if (!file || !current) return file;
  const [now, before] = [await file.stat(), await current.stat()];
  if (now.ino !== before.ino || now.dev !== before.dev) return file;
  await file.close();
  return undefined;
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function nothingIfAborted(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
