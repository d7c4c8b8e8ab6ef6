/** A log as one file: whole segments, from the checkpoint that begins the first to one that ends the export. */
import { open } from 'node:fs/promises';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { AuditCheckpointReason } from '../../../gen/towline/v1/audit_pb.ts';
import { FrameReader } from './chain/frame.ts';
import type { AuditLog } from './chain/log.ts';
import { entriesAfter } from './chain/reader.ts';
import { listSegments, type Segment } from './chain/segments.ts';
import { EXPORT_PIECE_BYTES } from './limits.ts';

/** The pieces of the file. */
export async function* exportLog(log: AuditLog, sinceMs: number | undefined): AsyncGenerator<Buffer> {
  const last = await log.checkpoint(AuditCheckpointReason.EXPORT);
  const segments = await listSegments(log.folder);
  const first = sinceMs === undefined ? 0 : await firstSince(log.folder, segments, sinceMs);
  for (const segment of segments.slice(first)) {
    if (segment.firstNumber > last) return;
    yield* pieces(await readUpTo(segment, last));
  }
}

/** The last segment that begins before the time. */
async function firstSince(folder: string, segments: readonly Segment[], sinceMs: number): Promise<number> {
  for (let index = segments.length - 1; index > 0; index--) {
    const { firstNumber = 0 } = segments[index] ?? {};
    for await (const { time } of entriesAfter(folder, firstNumber - 1, firstNumber)) {
      if (time && timestampMs(time) < sinceMs) return index;
    }
  }
  return 0;
}

async function readUpTo({ path }: Segment, last: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = await file.readFile();
    const reader = new FrameReader(bytes);
    while (reader.next() === 'entry') if (reader.number === last) return bytes.subarray(0, reader.end);
    return bytes;
  } finally {
    await file.close();
  }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += EXPORT_PIECE_BYTES) yield bytes.subarray(at, at + EXPORT_PIECE_BYTES);
}
