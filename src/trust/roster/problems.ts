/** What can be wrong with a roster, each with what mends it. */
import { LocalError } from '../../base/errors.ts';

/** The bytes are no roster that anyone could use. */
export function rosterInvalid(why: string, cause?: unknown): LocalError {
  return new LocalError('ROSTER_INVALID', `this is not a valid roster: ${why}`, {
    help: 'ask an owner of the group to look at it with "towline group show" and "towline doctor"',
    cause,
  });
}

export function rosterTooLarge(why: string): LocalError {
  return new LocalError('ROSTER_TOO_LARGE', `the roster is too large: ${why}`, {
    help: 'split the group in two: a node can be in many groups',
  });
}

/** A change of owners is absent or out of its place, so nobody can tell who may sign. */
export function chainBroken(why: string): LocalError {
  return new LocalError('ROSTER_CHAIN_BROKEN', `who owns the group cannot be told: ${why}`, {
    help: 'ask an owner for the roster again; if it stays so, join again with a new invite',
  });
}

export function notSignedByOwner(): LocalError {
  return new LocalError('ROSTER_SIGNER', 'the roster is signed by a key that is no owner of the group', {
    help: 'only owners change a group: "towline group show" names them',
  });
}

export function rosterForeign(): LocalError {
  return new LocalError('ROSTER_FOREIGN', 'the roster is of another group, or of another group of the same name', {
    help: 'compare the group ids with "towline group show" on both nodes',
  });
}

export function rosterExpired(): LocalError {
  return new LocalError('ROSTER_EXPIRED', 'the roster has expired', {
    help: "start an owner's node: it signs a new one by itself; and compare the clocks of both machines",
  });
}

export function versionTooFar(): LocalError {
  return new LocalError('ROSTER_VERSION_JUMP', 'the version of the roster is too far ahead to be the next', {
    help: 'an owner of the group signs what it should not: look at the owners with "towline group show"',
  });
}

/** A person names a group that the node is not in. */
export function groupUnknown(name: string): LocalError {
  return new LocalError('GROUP_UNKNOWN', `this node is in no group "${name}" that has a roster`, {
    help: 'list the groups with "towline group list", or found it with "towline group create"',
  });
}

export function notGroupOwner(name: string, owners: readonly string[]): LocalError {
  return new LocalError('NOT_GROUP_OWNER', `this node is no owner of the group "${name}"`, {
    help: `run the command on the node of an owner: ${owners.join(', ')}`,
    metadata: { group: name },
  });
}

export function memberUnknown(name: string, who: string): LocalError {
  return new LocalError('MEMBER_UNKNOWN', `the group "${name}" has no member ${who}`, {
    help: `list the members with "towline group show ${name}"`,
  });
}

export function memberAliasTaken(name: string, alias: string, holder: string): LocalError {
  return new LocalError(
    'ALIAS_TAKEN',
    `in the group "${name}" the alias "${alias}" belongs to another key, ${holder}`,
    {
      help: 'choose another alias',
    },
  );
}

export function ownerSenior(): LocalError {
  return new LocalError(
    'OWNER_SENIOR',
    'this owner stands before this node: only itself and those before it can remove it',
    {
      help: 'the order of the owners is in "towline group show"; ask one who stands before',
    },
  );
}

export function groupFull(what: string): LocalError {
  return new LocalError('GROUP_FULL', `the group has no room for more ${what}`, {
    help: 'found another group: a node can be in many',
  });
}

export function groupExists(name: string): LocalError {
  return new LocalError('GROUP_EXISTS', `the group "${name}" has a roster already`, {
    help: `choose another name, or first: towline group leave ${name}`,
  });
}

/** Members of a group see what is shared with it: two circles of people are not merged without a word. */
export function groupInUse(name: string): LocalError {
  return new LocalError('GROUP_IN_USE', `the group "${name}" of this node has keys that are not in the roster`, {
    help: `keep them apart with --group OTHER; or, if both shall see what is shared with it: --group ${name}`,
  });
}
