import { usageError } from './usage.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Reads "30s", "10m", "24h" or "7d"; a bare number is seconds. Fractions are accepted, for timeouts. */
export function parseSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text);
  if (match === null) throw usageError(`"${text}" is not a length of time`, 'write 30s, 10m, 24h or 7d');
  return Number(match[1]) * SECONDS[(match[2] || 's') as keyof typeof SECONDS];
}

/** The same in whole seconds, as the schema wants lifetimes. */
export function parseWholeSeconds(text: string): number {
  return Math.max(1, Math.round(parseSeconds(text)));
}
