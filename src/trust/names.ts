/** Aliases, groups and roles: what a keyring calls people. */
import { LocalError } from '../base/errors.ts';

/** The same as the schema's pattern: short, safe in file names, tool prefixes and policy rules. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,31}$/;

const PATTERN_HELP = '1 to 32 of a-z, 0-9, _ and -, beginning with a letter or digit';

/** The agent that a node itself is, and the one that the person is who owns it: nobody's token is called so. */
export const NODE_AGENT = 'node';
export const OWNER_AGENT = 'owner';

export function isName(text: string): boolean {
  return NAME.test(text);
}

/** Throws `ALIAS_INVALID`. `self` means the node itself, everywhere, and is nobody else's. */
export function checkAlias(alias: string): void {
  if (alias === 'self')
    throw new LocalError('ALIAS_INVALID', '"self" is the alias of this node', { help: PATTERN_HELP });
  if (!isName(alias)) throw new LocalError('ALIAS_INVALID', `"${alias}" is no alias`, { help: PATTERN_HELP });
}

/** Throws `GROUP_INVALID`. */
export function checkGroup(group: string): void {
  if (!isName(group)) throw new LocalError('GROUP_INVALID', `"${group}" is no name of a group`, { help: PATTERN_HELP });
}

/** Throws `ROLE_INVALID`. */
export function checkRole(role: string): void {
  if (!isName(role)) throw new LocalError('ROLE_INVALID', `"${role}" is no role`, { help: PATTERN_HELP });
}

/** Throws `SUBJECT_RESERVED` at a token that would pass for the node or its owner wherever agents are named. */
export function checkSubject(subject: string): void {
  if (subject !== NODE_AGENT && subject !== OWNER_AGENT) return;
  throw new LocalError('SUBJECT_RESERVED', `"${subject}" is the name of the ${subject} itself as an agent`, {
    help: 'give the token another name',
  });
}
