import { plainLine } from './plain.ts';
import type { Style } from './style.ts';

/** What is wrong with a configuration, a line each: file, line, reason. */
export function renderConfigErrors(style: Style, errors: readonly string[]): string {
  return errors.map((line) => `${style.bad('config')}  ${plainLine(line)}`).join('\n');
}
