import { plainLine } from './plain.ts';
import type { Style } from './style.ts';

/** A line of the node's log for people: time, level, message, and the rest as key=value. Other lines are shown as they are. */
export function renderLogLine(style: Style, line: string): string {
  const record = parseRecord(line);
  if (record === undefined) return plainLine(line);
  const { time, level, message, ...fields } = record;
  const rest = Object.entries(fields).map(([key, value]) => style.dim(`${plainLine(key)}=${plainLine(textOf(value))}`));
  const head = [style.dim(localTime(textOf(time))), levelText(style, textOf(level)), plainLine(textOf(message))];
  return [...head, ...rest].join('  ');
}

function parseRecord(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined; // cut off by a crash, or written by something else
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function localTime(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? plainLine(text) : time.toLocaleTimeString();
}

function levelText(style: Style, level: string): string {
  const text = plainLine(level).padEnd(5);
  if (level === 'error') return style.bad(text);
  return level === 'warn' ? style.warn(text) : text;
}
