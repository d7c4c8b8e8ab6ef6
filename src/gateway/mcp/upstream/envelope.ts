/**
 * What belongs to one hop of a request: the modern era's envelope in `_meta`, and the progress token. Both are taken
 * off what a caller sent and set anew for the upstream; everything else of `_meta` travels as exact text.
 */
import { jsonMembers, jsonObject } from '../../../base/json-text.ts';
import type { ResolvedOptions } from './options.ts';
import type { Era } from './spec.ts';

export const modernVersion = '2026-07-28';
/** The newest legacy revision, and those that we can also speak. */
export const legacyVersion = '2025-11-25';
export const legacyVersions: readonly string[] = [
  legacyVersion,
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
  '2024-10-07',
];

const prefix = 'io.modelcontextprotocol/';
/** The members of `_meta` that speak of one hop (2026-07-28, basic/index). */
const hopMembers: ReadonlySet<string> = new Set([
  'progressToken',
  `${prefix}protocolVersion`,
  `${prefix}clientCapabilities`,
  `${prefix}clientInfo`,
  `${prefix}logLevel`,
]);

export interface HopMeta {
  readonly era: Era;
  readonly clientInfo: ResolvedOptions['clientInfo'];
  /** The caller's `_meta`, exact text. */
  readonly metaJson?: string;
  readonly progressToken?: number;
  readonly logLevel?: string | undefined;
}

/** The text of `_meta` for the upstream; undefined if it would be empty. */
export function hopMeta(hop: HopMeta): string | undefined {
  const members: [string, string][] = [...jsonMembers(hop.metaJson || '{}')].filter(([name]) => !hopMembers.has(name));
  if (hop.progressToken !== undefined) members.push(['progressToken', String(hop.progressToken)]);
  if (hop.era === 'modern') members.push(...envelope(hop));
  return members.length === 0 ? undefined : jsonObject(members);
}

/** The text of the `params` of a request of our own: `members`, and what the era wants in `_meta`. */
export function ownParams(
  era: Era,
  clientInfo: ResolvedOptions['clientInfo'],
  members: Iterable<readonly [string, string]> = [],
): string {
  const meta = hopMeta({ era, clientInfo });
  return jsonObject(meta === undefined ? members : [...members, ['_meta', meta]]);
}

function envelope({ clientInfo, logLevel }: HopMeta): [string, string][] {
  const members: [string, string][] = [
    [`${prefix}protocolVersion`, JSON.stringify(modernVersion)],
    [`${prefix}clientCapabilities`, '{}'],
    [`${prefix}clientInfo`, JSON.stringify(clientInfo)],
  ];
  if (logLevel !== undefined) members.push([`${prefix}logLevel`, JSON.stringify(logLevel)]);
  return members;
}
