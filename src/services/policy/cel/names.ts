/** What expressions may name, and what is said of each. The members of `args` are the caller's, and known to nobody. */

/** The members of each variable; `undefined` where any may be there. */
export const VARIABLES: Readonly<Record<string, readonly string[] | undefined>> = {
  principal: ['kind', 'name', 'groups', 'role', 'token', 'key', 'relayed'],
  tool: ['node', 'upstream', 'name', 'annotations'],
  verb: [],
  args: undefined,
  now: [],
  claimed: ['agent'],
};

/** Variables whose members may have members of any name. */
export const OPEN_MEMBERS: ReadonlySet<string> = new Set(['tool.annotations']);

/** Names of types, which are values too. */
export const TYPES: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'int',
  'list',
  'map',
  'null_type',
  'string',
  'type',
  'uint',
]);
