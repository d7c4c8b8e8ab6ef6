/** Which segments of a log are kept. */
import { readFile, stat, unlink } from 'node:fs/promises';
import { systemCodeOf } from '../../../base/errors.ts';
import { FrameReader } from './frame.ts';
import { listSegments, type Segment } from './segments.ts';

export interface Bounds {
  readonly maxBytes: number;
  readonly maxDays: number | undefined;
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * The oldest segment that stays, if others go; the newest two always stay. `growthBytes` is what comes until this is asked
 * again.
 */
export async function firstToKeep(
  folder: string,
  { maxBytes, maxDays }: Bounds,
  growthBytes: number,
  nowMs: number,
): Promise<Segment | undefined> {
  const segments = await Promise.all(
    (await listSegments(folder)).map(async (segment) => ({ segment, ...(await factsOf(segment)) })),
  );
  let bytes = segments.reduce((sum, { size }) => sum + size, 0) + growthBytes;
  const oldestMs = maxDays === undefined ? 0 : nowMs - maxDays * DAY_MS;
  let first = 0;
  while (first < segments.length - 2) {
    const { size = 0, changedMs = 0 } = segments[first] ?? {};
    if (bytes <= maxBytes && changedMs >= oldestMs) break;
    bytes -= size;
    first++;
  }
  return first === 0 ? undefined : segments[first]?.segment;
}

/** The hash that the first entry of a segment names as the one before. */
export async function hashBefore(segment: Segment): Promise<Buffer> {
  const reader = new FrameReader(await readFile(segment.path));
  if (reader.next() !== 'entry') throw new Error(`${segment.name} does not begin with an entry`);
  return reader.previousHash();
}

/** Deletes the segments before the one with this number. */
export async function deleteBefore(folder: string, firstNumber: number): Promise<void> {
  for (const segment of await listSegments(folder)) {
    if (segment.firstNumber >= firstNumber) return;
    await unlink(segment.path);
  }
}

async function factsOf({ path }: Segment): Promise<{ size: number; changedMs: number }> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { size, changedMs: mtimeMs };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return { size: 0, changedMs: 0 };
    throw error;
  }
}
