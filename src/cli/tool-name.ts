import { usageError } from './usage.ts';

/** A tool as a person names it; an empty part means any. */
export interface ToolName {
  readonly node: string;
  readonly upstream: string;
  readonly name: string;
}

/**
 * Reads `node/upstream/name`, `upstream/name` or `name`. A tool whose own name has slashes is written in full: what
 * follows the second slash is the name. An empty part means any, as in `desk//echo`.
 */
export function parseToolName(text: string): ToolName {
  const parts = text.split('/');
  const [first = '', second = ''] = parts;
  const found =
    parts.length === 1
      ? { node: '', upstream: '', name: first }
      : parts.length === 2
        ? { node: '', upstream: first, name: second }
        : { node: first, upstream: second, name: parts.slice(2).join('/') };
  if (found.name !== '') return found;
  throw usageError(
    `"${text}" names no tool`,
    'write NAME, UPSTREAM/NAME or NODE/UPSTREAM/NAME; `towline tools` lists them',
  );
}
