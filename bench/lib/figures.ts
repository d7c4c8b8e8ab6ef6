/** What a suite prints. Names are stable: readers compare runs by them. */
import { cpus, totalmem } from 'node:os';

export interface Figure {
  readonly name: string;
  /** `null` if it could not be measured; then `reason` says why. */
  readonly value: number | null;
  readonly unit: string;
  readonly target?: number;
  readonly better: 'higher' | 'lower';
  readonly reason?: string;
}

export interface SuiteResult {
  readonly suite: string;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGiB: number; readonly node: string };
  readonly figures: readonly Figure[];
}

export function suiteResult(suite: string, figures: readonly Figure[]): SuiteResult {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  return { suite, machine, figures };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Whether the figure reaches its target; `undefined` if there is nothing to compare. */
export function meets({ value, target, better }: Figure): boolean | undefined {
  if (value === null || target === undefined) return undefined;
  return better === 'higher' ? value >= target : value <= target;
}

export function renderTable(result: SuiteResult): string {
  const rows = result.figures.map((figure) => {
    const value = figure.value === null ? `– (${figure.reason})` : `${round(figure.value)} ${figure.unit}`;
    const target =
      figure.target === undefined ? '' : `${figure.better === 'higher' ? '≥' : '≤'} ${figure.target} ${figure.unit}`;
    const verdict = meets(figure);
    return [figure.name, value, target, verdict === undefined ? '' : verdict ? 'met' : 'MISSED'];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const { cpu, cores, memoryGiB, node } = result.machine;
  return [`${result.suite} · ${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}`, ...lines].join('\n');
}

function round(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(2);
}
