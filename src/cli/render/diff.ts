/** Two lists of lines, one against the other. */

/** More lines than this on either side are not compared: the table would have a million places. */
const MAX_LINES = 500;

export interface DiffLine {
  readonly mark: '+' | '-' | ' ';
  readonly text: string;
}

/** What became of `before`: the longest common lines stay. Everything is new where too much would have to be compared. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length > MAX_LINES || after.length > MAX_LINES) return after.map((text) => ({ mark: '+', text }));
  const common = commonLengths(before, after);
  const lines: DiffLine[] = [];
  let [left, right] = [0, 0];
  while (left < before.length || right < after.length) {
    const [old = '', fresh = ''] = [before[left], after[right]];
    if (left < before.length && right < after.length && old === fresh) {
      lines.push({ mark: ' ', text: fresh });
      left++;
      right++;
    } else if (right >= after.length || at(common, left + 1, right) >= at(common, left, right + 1)) {
      if (left >= before.length) break;
      lines.push({ mark: '-', text: old });
      left++;
    } else {
      lines.push({ mark: '+', text: fresh });
      right++;
    }
  }
  return [...lines, ...after.slice(right).map((text): DiffLine => ({ mark: '+', text }))];
}

/** How many lines the rest of both has in common, from each pair of places on. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const rows: number[][] = Array.from({ length: before.length + 1 }, () => []);
  for (let left = before.length - 1; left >= 0; left--) {
    for (let right = after.length - 1; right >= 0; right--) {
      const longest = Math.max(at(rows, left + 1, right), at(rows, left, right + 1));
      const row = rows[left] as number[];
      row[right] = before[left] === after[right] ? at(rows, left + 1, right + 1) + 1 : longest;
    }
  }
  return rows;
}

function at(rows: readonly (readonly number[])[], left: number, right: number): number {
  return rows[left]?.[right] ?? 0;
}
