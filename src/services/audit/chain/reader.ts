/** Reads entries of a log on disk, up to what is acknowledged. */
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { fromBinary } from '@bufbuild/protobuf';
import { type AuditEntry, AuditEntrySchema } from '../../../../gen/towline/v1/audit_pb.ts';
import { systemCodeOf } from '../../../base/errors.ts';
import { QUERY_TURN } from '../limits.ts';
import { FrameReader } from './frame.ts';
import { listSegments, type Segment } from './segments.ts';

/** Entries after `after` and up to `upTo`, oldest first. An entry that cannot be decoded is left out: `verify` tells of it. */
export async function* entriesAfter(folder: string, after: number, upTo: number): AsyncGenerator<AuditEntry> {
  const segments = await listSegments(folder);
  const start = Math.max(
    0,
    segments.findLastIndex(({ firstNumber }) => firstNumber <= after + 1),
  );
  let turns = 0;
  for (const segment of segments.slice(start)) {
    const bytes = await readIfThere(segment);
    const reader = new FrameReader(bytes);
    while (reader.next() === 'entry') {
      if (reader.number > upTo) return;
      if (reader.number <= after) continue;
      const entry = decode(reader.entry());
      if (entry) yield entry;
      if (++turns % QUERY_TURN === 0) await turn();
    }
  }
}

/** Entries before `before`, newest first. */
export async function* entriesBefore(folder: string, before: number): AsyncGenerator<AuditEntry | undefined> {
  const segments = await listSegments(folder);
  let turns = 0;
  for (const segment of segments.filter(({ firstNumber }) => firstNumber < before).reverse()) {
    const bytes = await readIfThere(segment);
    for (const [start, end] of placesBefore(bytes, before).reverse()) {
      yield decode(bytes.subarray(start, end));
      if (++turns % QUERY_TURN === 0) await turn();
    }
  }
}

function placesBefore(bytes: Buffer, before: number): [number, number][] {
  const reader = new FrameReader(bytes);
  const places: [number, number][] = [];
  while (reader.next() === 'entry' && reader.number < before) places.push([reader.start, reader.end]);
  return places;
}

function decode(bytes: Buffer): AuditEntry | undefined {
  try {
    // Copied: what is kept of an entry must not keep its segment in memory.
    return fromBinary(AuditEntrySchema, Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}

async function readIfThere({ path }: Segment): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return Buffer.alloc(0); // trimmed meanwhile
    throw error;
  }
}
