/** From the files of a keyring to who is known: one entry a key, one key an alias. Pure. */
import { LocalError } from '../base/errors.ts';
import type { KeyLine, ParsedKeys } from './keyring-file.ts';
import { formatNodeId, nodeIdKey } from './node-id.ts';

/** A key that is trusted. */
export interface KeyringEntry {
  readonly nodeId: Uint8Array;
  /** `did:key:z6Mk…` */
  readonly text: string;
  readonly alias: string;
  /** Empty if no line names one. */
  readonly role: string;
  /** The groups that the key is in, sorted. Never empty. */
  readonly groups: readonly string[];
  /** Those of its groups whose roster names it, sorted. Absent if no roster does. */
  readonly rosters?: readonly string[];
}

/** A key as the roster of a group names it. */
export interface RosterKey {
  readonly nodeId: Uint8Array;
  readonly alias: string;
  /** Empty if the roster gives none. */
  readonly role: string;
}

/** What the roster of a group says, for the group of the keyring that has its name. */
export interface RosterKeys {
  readonly group: string;
  readonly path: string;
  readonly keys: readonly RosterKey[];
  /** Whether the group keeps a key out: then no line of the group's own file lets it in. */
  readonly keepsOut: (nodeId: Uint8Array) => boolean;
}

/** What is wrong with a file of the keyring. */
export interface KeyringProblem {
  readonly path: string;
  /** The line; 0 if it is the file as a whole, of which then nothing is in force. */
  readonly line: number;
  /** KEY_LINE_INVALID, KEY_KNOWN_AS, ALIAS_TAKEN, KEYRING_TOO_OPEN, KEYRING_UNREADABLE, GROUP_INVALID or KEY_REVOKED. */
  readonly reason: string;
  readonly message: string;
  /** What mends it. */
  readonly help: string;
}

/** `path:line: message`, with the help, for people. */
export function problemText(problem: KeyringProblem): string {
  const place = problem.line === 0 ? problem.path : `${problem.path}:${problem.line}`;
  return `${place}: ${problem.message} (${problem.help})`;
}

/** One file that could be read. */
export interface GroupKeys extends ParsedKeys {
  readonly group: string;
  readonly path: string;
}

/** Who is known. Changed never; replaced as a whole. */
export interface Entries {
  /** By hex node id. */
  readonly byId: ReadonlyMap<string, KeyringEntry>;
  readonly byAlias: ReadonlyMap<string, KeyringEntry>;
  readonly problems: readonly KeyringProblem[];
}

/** What a change of the files did. */
export interface KeyringChange {
  readonly added: readonly KeyringEntry[];
  /** Trusted no longer: their links must end. */
  readonly removed: readonly KeyringEntry[];
  /** Another alias, role or set of groups; as they are now. */
  readonly changed: readonly KeyringEntry[];
}

/**
 * Merges files in the order given. Of two lines that give one key two aliases, or one alias two keys, the first counts
 * and the second is a problem: no later line can take a name over. Rosters come after all files, in the order given: a
 * line of a file names a key before any roster does, and a roster never takes a name from a line or an earlier roster.
 */
export function mergeKeys(files: readonly GroupKeys[], rosters: readonly RosterKeys[] = []): Entries {
  const byId = new Map<string, KeyringEntry>();
  const byAlias = new Map<string, KeyringEntry>();
  const problems: KeyringProblem[] = [];
  for (const { group, path, keys, broken } of files) {
    for (const { line, message } of broken) problems.push(brokenLine(path, line, message));
    const roster = rosters.find((one) => one.group === group);
    for (const key of keys) {
      if (roster?.keepsOut(key.nodeId)) {
        problems.push({ path, line: key.line, ...keyRevoked(key.alias, group) });
        continue;
      }
      const id = nodeIdKey(key.nodeId);
      const known = byId.get(id);
      const conflict = conflictOf(key, known, byAlias.get(key.alias));
      if (conflict) {
        problems.push({ path, line: key.line, ...conflict });
        continue;
      }
      const entry = known ? withGroup(known, group, key.role) : newEntry(key, group);
      byId.set(id, entry);
      byAlias.set(key.alias, entry);
    }
  }
  for (const { group, path, keys } of rosters) {
    for (const key of keys) {
      const id = nodeIdKey(key.nodeId);
      const known = byId.get(id);
      const holder = byAlias.get(key.alias);
      if (!known && holder) {
        problems.push({ path, line: 0, ...memberAliasTaken(key, group, holder) });
        continue;
      }
      // A key that has a name here keeps it, whatever the roster calls it.
      const entry = withRoster(known ? withGroup(known, group, key.role) : newEntry(key, group), group);
      byId.set(id, entry);
      byAlias.set(entry.alias, entry);
    }
  }
  return { byId, byAlias, problems };
}

/** Compares two states; `undefined` if they are the same. */
export function compareEntries(before: Entries, after: Entries): KeyringChange | undefined {
  const added = [...after.byId].flatMap(([id, entry]) => (before.byId.has(id) ? [] : [entry]));
  const removed = [...before.byId].flatMap(([id, entry]) => (after.byId.has(id) ? [] : [entry]));
  const changed = [...after.byId].flatMap(([id, entry]) => {
    const old = before.byId.get(id);
    return old && !isSame(old, entry) ? [entry] : [];
  });
  return added.length + removed.length + changed.length === 0 ? undefined : { added, removed, changed };
}

function isSame(left: KeyringEntry, right: KeyringEntry): boolean {
  return textOf(left) === textOf(right);
}

/** No name has a space or a slash. */
function textOf({ alias, role, groups, rosters = [] }: KeyringEntry): string {
  return [alias, role, groups.join(' '), rosters.join(' ')].join('/');
}

function withRoster(entry: KeyringEntry, group: string): KeyringEntry {
  return entryOf({ ...factsOf(entry), rosters: [...new Set([...(entry.rosters ?? []), group])].sort() });
}

function newEntry({ nodeId, alias, role }: RosterKey, group: string): KeyringEntry {
  return entryOf({ nodeId, alias, role, groups: [group] });
}

type EntryFacts = Omit<KeyringEntry, 'text'>;

/** Base58 is slow, and most texts are never read. */
function entryOf(facts: EntryFacts): KeyringEntry {
  return {
    ...facts,
    get text() {
      return formatNodeId(facts.nodeId);
    },
  };
}

function factsOf({ nodeId, alias, role, groups, rosters }: KeyringEntry): EntryFacts {
  return { nodeId, alias, role, groups, ...(rosters && { rosters }) };
}

/** The first line that names a role decides it. */
function withGroup(entry: KeyringEntry, group: string, role: string): KeyringEntry {
  const groups = [...new Set([...entry.groups, group])].sort();
  return entryOf({ ...factsOf(entry), role: entry.role || role, groups });
}

function conflictOf(
  key: KeyLine,
  known: KeyringEntry | undefined,
  holder: KeyringEntry | undefined,
): Pick<KeyringProblem, 'reason' | 'message' | 'help'> | undefined {
  if (known && known.alias !== key.alias) return knownAs(known, key.alias);
  if (!known && holder) return aliasTaken(holder);
  return undefined;
}

/** One key, two aliases. */
export function knownAs(known: KeyringEntry, alias: string) {
  return {
    reason: 'KEY_KNOWN_AS',
    message: `this key is known as "${known.alias}" already, in ${known.groups.join(', ')}; "${alias}" is not used`,
    help: `use "${known.alias}", or first: ${renaming(known)}`,
  };
}

/** One alias, two keys. */
export function aliasTaken(holder: KeyringEntry) {
  return {
    reason: 'ALIAS_TAKEN',
    message: `the alias "${holder.alias}" belongs to another key, ${holder.text}`,
    help: `choose another alias, or first: ${renaming(holder)}`,
  };
}

/** The same as an error, for those who would give the alias to another key. */
export function aliasTakenError(holder: KeyringEntry): LocalError {
  const { reason, message, help } = aliasTaken(holder);
  return new LocalError(reason, message, { help });
}

/** What frees the alias of an entry. */
function renaming({ alias, rosters: [group] = [] }: KeyringEntry): string {
  return group === undefined ? `towline trust remove ${alias}` : `towline group alias ${group} ${alias} OTHER-ALIAS`;
}

/** A member whose alias another key has here. */
function memberAliasTaken({ nodeId, alias }: RosterKey, group: string, holder: KeyringEntry) {
  return {
    reason: 'ALIAS_TAKEN',
    message: `the roster calls ${formatNodeId(nodeId)} "${alias}", which is the alias of another key here, ${holder.text}; the member is not trusted`,
    help: `give it a name of its own: towline group alias ${group} ${formatNodeId(nodeId)} OTHER-ALIAS`,
  };
}

/** A line for a key that the group's roster keeps out. */
function keyRevoked(alias: string, group: string) {
  return {
    reason: 'KEY_REVOKED',
    message: `the roster of "${group}" has revoked the key of "${alias}"; it is not trusted in this group`,
    help: 'delete the line; an owner of the group can let the key in again',
  };
}

function brokenLine(path: string, line: number, message: string): KeyringProblem {
  return { path, line, reason: 'KEY_LINE_INVALID', message, help: 'mend or delete the line; the others are in force' };
}
