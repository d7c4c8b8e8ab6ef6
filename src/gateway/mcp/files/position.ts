/** Where things stand in a file, for the person who must mend it. */
import type { JsonMembers } from '../../../base/json-text.ts';

/** Counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const memberName = /"(?:[^"\\]|\\.)*"/g;

/**
 * Where the name of each member stands. `start` is the offset in `text` of the object that `members` were read from;
 * between members there are only blanks, commas and colons, so each name is the next string.
 */
export function memberOffsets(text: string, start: number, members: JsonMembers): Map<string, MemberOffset> {
  const offsets = new Map<string, MemberOffset>();
  let from = start;
  for (const [name, value] of members) {
    memberName.lastIndex = from;
    const found = memberName.exec(text);
    if (!found) break;
    const valueAt = text.indexOf(value, memberName.lastIndex);
    offsets.set(name, { name: found.index, value: valueAt });
    from = valueAt + value.length;
  }
  return offsets;
}

export interface MemberOffset {
  readonly name: number;
  readonly value: number;
}
