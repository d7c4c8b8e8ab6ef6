/**
 * The names that the gateway gives to the mesh's tools. Model APIs take `[A-Za-z0-9_-]{1,64}` and clients put their
 * own prefix in front, so ours stay within 48 characters. The name of a tool never depends on what else is listed:
 * prompts and permissions that name it stay true.
 *
 * Two families, disjoint by construction: names made of clean parts joined by `__`, which no part contains, and names
 * that end in `--` and a hash, which no clean name contains. Built-in tools are one clean part, without `__`.
 */
import { createHash } from 'node:crypto';

/** Which tool, from where this node stands. */
export interface ToolAddress {
  /** The alias of the node that has it; "self" for this one. */
  readonly node: string;
  readonly upstream: string;
  /** The tool's name as its upstream gives it. */
  readonly name: string;
}

/** The longest name: 64 (the strictest model API) less the room that clients take for `mcp__<server>__`. */
export const maxExposedLength = 48;

/** The node of tools that need no prefix. */
export const selfNode = 'self';

/** 13 base32 characters hold 65 bits: among a million shortened names, two are equal with a chance below 10^-7. */
const hashLength = 13;

/** Names a tool: `upstream__tool`, `alias__upstream__tool`, or a readable start, `--` and a hash of the address. */
export function exposedName(address: ToolAddress): string {
  const parts = partsOf(address);
  const joined = parts.join('__');
  if (joined.length <= maxExposedLength && parts.every(isClean)) return joined;
  return `${slug(parts)}--${hash(address)}`;
}

/** The address in a name of the first family; `undefined` for built-in and shortened names. */
export function addressOf(exposed: string): ToolAddress | undefined {
  if (exposed.includes('--')) return undefined;
  const parts = exposed.split('__');
  const [node = '', upstream = '', name = ''] = parts.length === 2 ? [selfNode, ...parts] : parts;
  return parts.length === 2 || parts.length === 3 ? { node, upstream, name } : undefined;
}

function partsOf({ node, upstream, name }: ToolAddress): string[] {
  return node === selfNode ? [upstream, name] : [node, upstream, name];
}

function isClean(part: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?$/.test(part) && !/__|--/.test(part);
}

function slug(parts: readonly string[]): string {
  const words = parts.join('_').replace(/[^A-Za-z0-9]+/g, '_');
  const cut = words.replace(/^_/, '').slice(0, maxExposedLength - hashLength - 2);
  return cut.replace(/_$/, '') || 'tool';
}

function hash({ node, upstream, name }: ToolAddress): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([node, upstream, name]))
    .digest();
  return base32(digest).slice(0, hashLength);
}

/** RFC 4648 §6 in lower case, without padding. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)])
    .join('');
}
