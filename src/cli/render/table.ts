import { stripVTControlCharacters } from 'node:util';
import type { Style } from './style.ts';

const GAP = '  ';

/** Columns that line up. The last column is not padded. Cells must be plain (`plain.ts`), apart from our own colours. */
export function renderTable(style: Style, header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(width)),
  );
  const line = (cells: readonly string[]) => cells.map((cell, column) => pad(cell, widths[column] ?? 0)).join(GAP);
  return [style.dim(line(header).trimEnd()), ...rows.map((row) => line(row).trimEnd())].join('\n');
}

/** Names and values below each other; pairs without a value are left out. */
export function renderPairs(style: Style, pairs: readonly (readonly [string, string | undefined])[]): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined && pair[1] !== '');
  const widest = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${style.dim(pad(name, widest))}${GAP}${value}`).join('\n');
}

function pad(cell: string, to: number): string {
  return cell + ' '.repeat(Math.max(0, to - width(cell)));
}

function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
