import type { Finding } from '../doctor/finding.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';

/** One line a finding, and below it what to do. */
export function renderFindings(style: Style, findings: readonly Finding[]): string {
  const paint = { ok: style.good, warn: style.warn, fail: style.bad };
  const widest = Math.max(...findings.map(({ check }) => check.length));
  return findings
    .map(({ level, check, message, help }) => {
      const line = `${paint[level](level.padEnd(4))}  ${check.padEnd(widest)}  ${plainLine(message)}`;
      return help === '' ? line : `${line}\n      ${style.accent('help:')} ${plainLine(help)}`;
    })
    .join('\n');
}
