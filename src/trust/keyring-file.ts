/** The text of one `<group>.keys` file: a line is `key alias [role]`, blank, or a `#` comment. Pure: no files here. */
import { equalBytes } from '../base/bytes.ts';
import { messageOf } from '../base/errors.ts';
import { checkAlias, checkRole } from './names.ts';
import { formatNodeId, parseNodeId } from './node-id.ts';

/** One key of one group. */
export interface KeyLine {
  /** Counts from 1. */
  readonly line: number;
  readonly nodeId: Uint8Array;
  readonly alias: string;
  /** Empty if the line names none. */
  readonly role: string;
}

export interface BrokenLine {
  readonly line: number;
  readonly message: string;
}

export interface ParsedKeys {
  readonly keys: readonly KeyLine[];
  readonly broken: readonly BrokenLine[];
}

/** Reads all lines; a broken one takes nothing from the others. */
export function parseKeys(text: string): ParsedKeys {
  const keys: KeyLine[] = [];
  const broken: BrokenLine[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    try {
      const key = parseLine(content);
      if (key) keys.push({ line, ...key });
    } catch (error) {
      broken.push({ line, message: messageOf(error) });
    }
  }
  return { keys, broken };
}

/** The text with one more line. */
export function withKey(text: string, nodeId: Uint8Array, alias: string, role: string): string {
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  return `${text}${separator}${[formatNodeId(nodeId), alias, role].join(' ').trimEnd()}\n`;
}

/** The text without the lines of this key, in force or not; everything else stays as it was. */
export function withoutKey(text: string, nodeId: Uint8Array): string {
  return text
    .split('\n')
    .filter((content) => !isLineOf(content, nodeId))
    .join('\n');
}

/** The text with another key in the place of this one, under the same alias; a comment says since when. */
export function withSuccessor(text: string, nodeId: Uint8Array, successor: Uint8Array, since: string): string {
  const lines = text.split('\n').map((content) => {
    if (!isLineOf(content, nodeId)) return content;
    const [, ...rest] = fieldsOf(content);
    return `# ${since}: ${formatNodeId(nodeId)} signed its successor\n${[formatNodeId(successor), ...rest].join(' ')}`;
  });
  return lines.join('\n');
}

function isLineOf(content: string, nodeId: Uint8Array): boolean {
  const [key] = fieldsOf(content);
  if (key === undefined) return false;
  try {
    return equalBytes(parseNodeId(key), nodeId);
  } catch {
    return false; // a line that names no key at all
  }
}

function parseLine(content: string): Omit<KeyLine, 'line'> | undefined {
  const [key, alias, role = '', ...rest] = fieldsOf(content);
  if (key === undefined) return undefined;
  if (alias === undefined) throw new Error('expected: key alias [role]');
  if (rest.length > 0) throw new Error(`"${rest.join(' ')}" is too much: expected key alias [role]`);
  const nodeId = parseNodeId(key);
  checkAlias(alias);
  if (role !== '') checkRole(role);
  return { nodeId, alias, role };
}

/** The words before a `#`. */
function fieldsOf(content: string): string[] {
  return content
    .replace(/#.*$/s, '')
    .split(/\s+/)
    .filter((word) => word !== '');
}
