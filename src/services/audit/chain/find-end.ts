/** Where a log that was written before goes on, and what is wrong with its end. */
import { readFile } from 'node:fs/promises';
import { FrameReader, hashOf, NO_HASH } from './frame.ts';
import type { ChainEnd } from './group.ts';
import { type FoundHead, readHead } from './head.ts';
import { listSegments, type Segment, segmentAt } from './segments.ts';

export interface LogEnd {
  readonly end: ChainEnd;
  /** The file to go on in. */
  readonly segment: Segment;
  /** Where in it. What stands behind that is half an entry. */
  readonly offset: number;
  /** The place in the file of the head that was read last. */
  readonly headPlace: number;
  /** Whether there is nothing yet, not even a head. */
  readonly isNew?: boolean;
  /** What is to be told of the end; absent if it was in order. */
  readonly heal?: Heal;
}

export interface Heal {
  readonly lastNumber: number;
  readonly droppedBytes: number;
  /** Entries up to here were signed for and are not there. */
  readonly signedNumber?: number;
  readonly headMissing: boolean;
}

/** What was signed for last. */
interface Signed extends ChainEnd {
  readonly isKnown: boolean;
}

/**
 * Reads the end of a log. Half an entry behind what was signed for was never acknowledged: it may be cut off. Where
 * entries are missing that were signed for, nothing is cut, and the chain goes on from the signed hash in a new file, so
 * that the gap stays to be seen.
 */
export async function findEnd(folder: string): Promise<LogEnd> {
  const found = await readHead(folder);
  const signed = signedBy(found);
  const headPlace = found.kind === 'head' ? found.place : 1;
  const segment = (await listSegments(folder)).at(-1);
  if (!segment) return { ...withoutSegments(folder, signed), headPlace, isNew: found.kind === 'missing' };
  const bytes = await readFile(segment.path);
  const good = goodPart(bytes, signed);
  if (!good.end) {
    // A new file was begun, and nothing in it was acknowledged.
    const isBegun = segment.firstNumber === signed.number + 1 && signed.isKnown;
    return isBegun
      ? { end: signed, segment, offset: 0, headPlace, ...healOf(signed.number, bytes.length) }
      : { ...goOnBehind(folder, signed, 0), headPlace };
  }
  const { end, offset } = good;
  if (signed.isKnown && (end.number < signed.number || good.isForeign))
    return { ...goOnBehind(folder, signed, good.isForeign ? signed.number - 1 : end.number), headPlace };
  const dropped = bytes.length - offset;
  return { end, segment, offset, headPlace, ...healOf(end.number, dropped, !signed.isKnown) };
}

function signedBy(found: FoundHead): Signed {
  if (found.kind !== 'head') return { number: 0, hash: NO_HASH, isKnown: false };
  return { number: Number(found.head.number), hash: Buffer.from(found.head.hash), isKnown: true };
}

function healOf(lastNumber: number, droppedBytes: number, headMissing = false): { heal?: Heal } {
  return droppedBytes > 0 || headMissing ? { heal: { lastNumber, droppedBytes, headMissing } } : {};
}

function withoutSegments(folder: string, signed: Signed): Omit<LogEnd, 'headPlace'> {
  if (signed.number > 0) return goOnBehind(folder, signed, 0);
  return { end: signed, segment: segmentAt(folder, 1), offset: 0 };
}

function goOnBehind(folder: string, signed: Signed, lastNumber: number): Omit<LogEnd, 'headPlace'> {
  const heal = { lastNumber, droppedBytes: 0, headMissing: !signed.isKnown, signedNumber: signed.number };
  return { end: signed, segment: segmentAt(folder, signed.number + 1), offset: 0, heal };
}

/** The last entry that is whole, and in its place as far as it is newer than what was signed for. */
function goodPart(bytes: Buffer, signed: Signed): { end?: ChainEnd; offset: number; isForeign: boolean } {
  const reader = new FrameReader(bytes);
  let end: ChainEnd | undefined;
  let lastNumber = 0;
  let offset = 0;
  while (reader.next() === 'entry') {
    const { number } = reader;
    if (number < signed.number) {
      lastNumber = number;
      offset = reader.end;
      end = undefined;
      continue;
    }
    const before = end ?? (number === signed.number + 1 && signed.isKnown ? signed : undefined);
    if (before && (number !== before.number + 1 || !reader.follows(before.hash))) break;
    const hash = hashOf(reader.entry());
    const isForeign = signed.isKnown && number === signed.number && !hash.equals(signed.hash);
    end = { number, hash };
    offset = reader.end;
    if (isForeign) return { end, offset, isForeign };
  }
  if (!end && lastNumber > 0) end = { number: lastNumber, hash: NO_HASH };
  return { ...(end && { end }), offset, isForeign: false };
}
