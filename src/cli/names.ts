import { usageError } from './usage.ts';

/** The pattern of aliases and groups in the schema. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;

/** Throws a usage error for what cannot be the name of a node or a group. */
export function checkName(what: string, text: string): void {
  if (NAME.test(text)) return;
  throw usageError(
    `"${text}" cannot be a ${what}`,
    'use at most 32 of a-z, 0-9, _ and -, starting with a letter or digit',
  );
}
