/** Who is trusted, by whom they are called, and in which groups: `<home>/trust/<group>.keys`. */
import { join } from 'node:path';
import { equalBytes } from '../base/bytes.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import { ensurePrivateDir, writeFileAtomic } from '../base/files.ts';
import { type Log, silentLog } from '../base/log.ts';
import {
  aliasTaken,
  compareEntries,
  type Entries,
  type KeyringChange,
  type KeyringEntry,
  type KeyringProblem,
  knownAs,
  mergeKeys,
  problemText,
  type RosterKeys,
} from './keyring-entries.ts';
import { withKey, withoutKey, withSuccessor } from './keyring-file.ts';
import { type FolderState, pathOfGroup, readFolder, readKeys, signatureOf } from './keyring-folder.ts';
import { DEFAULT_POLL_MS, watchFolder } from './keyring-watch.ts';
import { checkAlias, checkGroup, checkRole, isName } from './names.ts';
import { checkNodeId, nodeIdKey, parseNodeId } from './node-id.ts';

export interface KeyringOptions {
  readonly log?: Log;
  /** How often the files are compared where the system does not tell of changes, in milliseconds. 2,000 if absent. */
  readonly pollMs?: number;
  /** The key that has taken the place of one that still counts. */
  readonly successorOf?: (nodeId: Uint8Array) => Uint8Array | undefined;
}

/** A key to trust. */
export interface NewKey {
  readonly nodeId: Uint8Array;
  readonly alias: string;
  readonly group: string;
  readonly role?: string;
}

export class Keyring {
  readonly #folder: string;
  readonly #log: Log;
  readonly #successorOf: KeyringOptions['successorOf'];
  readonly #listeners = new Set<(change: KeyringChange) => void>();
  #entries: Entries = mergeKeys([]);
  /** What the files said last. */
  #files: FolderState = { files: [], problems: [], signature: '' };
  #isReadable = true;
  #rosters: readonly RosterKeys[] = [];
  #problems: readonly KeyringProblem[] = [];
  /** Reads and edits happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #stopWatching: () => void = () => undefined;
  #closed = false;

  private constructor(folder: string, { log = silentLog, successorOf }: KeyringOptions) {
    this.#folder = folder;
    this.#log = log;
    this.#successorOf = successorOf;
  }

  /**
   * Reads the keyring of a home and follows its files. Broken lines and files are in `problems()`; the others are in
   * force. Throws `NOT_WRITABLE` or `KEYRING_UNREADABLE` for the folder itself.
   */
  static async open(home: string, options: KeyringOptions = {}): Promise<Keyring> {
    const keyring = new Keyring(join(home, 'trust'), options);
    await ensurePrivateDir(keyring.#folder);
    // The watch starts first, so that no change falls between.
    keyring.#watch(options.pollMs ?? DEFAULT_POLL_MS);
    try {
      await keyring.reload();
    } catch (error) {
      keyring.close();
      throw error;
    }
    return keyring;
  }

  /** The entry of a key, or of its successor while the old one counts, if it is trusted. Made for each hello and call: one look into a map. */
  byId(nodeId: Uint8Array): KeyringEntry | undefined {
    const entry = this.#entries.byId.get(nodeIdKey(nodeId));
    if (entry) return entry;
    const successor = this.#successorOf?.(nodeId);
    return successor && this.#entries.byId.get(nodeIdKey(successor));
  }

  byAlias(alias: string): KeyringEntry | undefined {
    return this.#entries.byAlias.get(alias);
  }

  /** All entries, by alias. */
  entries(): KeyringEntry[] {
    return [...this.#entries.byId.values()].sort((left, right) => (left.alias < right.alias ? -1 : 1));
  }

  /** What is not in force, and why. */
  problems(): readonly KeyringProblem[] {
    return this.#problems;
  }

  /** Calls the listener after each change of who is trusted, until the function that it returns is called. */
  onChange(listener: (change: KeyringChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Reads the files again now. */
  reload(): Promise<void> {
    return this.#inTurn(async () => this.#apply(await readFolder(this.#folder)));
  }

  /**
   * Trusts a key; in force when it resolves. Adding what is there changes nothing. Throws `ALIAS_TAKEN`,
   * `KEY_KNOWN_AS`, `NODE_ID_INVALID`, `ALIAS_INVALID`, `GROUP_INVALID`, `ROLE_INVALID`, or what is wrong with the file.
   */
  add(key: NewKey): Promise<KeyringEntry> {
    return this.#inTurn(async () => {
      checkNodeId(key.nodeId);
      checkAlias(key.alias);
      checkGroup(key.group);
      if (key.role) checkRole(key.role);
      this.#apply(await readFolder(this.#folder));
      this.#refuseConflict(key);
      if (!this.byId(key.nodeId)?.groups.includes(key.group)) await this.#append(key);
      return this.byId(key.nodeId) as KeyringEntry;
    });
  }

  /**
   * Removes a key, by node id, alias or text of a node id, from one group or from all; resolves to the groups that it
   * was in. Throws `PEER_UNKNOWN` if there is nothing to remove; or, when it has removed what it could, what is wrong
   * with a file that it could not look through.
   */
  remove(who: Uint8Array | string, group?: string): Promise<string[]> {
    return this.#inTurn(async () => {
      if (group !== undefined) checkGroup(group);
      const state = await readFolder(this.#folder);
      this.#apply(state);
      const nodeId = this.#nodeIdOf(who);
      if (!nodeId) throw unknownPeer(who, group);
      const removed: string[] = [];
      for (const name of group === undefined ? state.files.map((file) => file.group) : [group]) {
        if (await this.#cut(name, nodeId)) removed.push(name);
      }
      this.#apply(await readFolder(this.#folder));
      if (group === undefined) refuseUnreadable(state);
      if (removed.length === 0) throw memberOfRoster(this.byId(nodeId), group) ?? unknownPeer(who, group);
      return removed;
    });
  }

  /** Puts another key in the place of one, in all groups. Resolves to the new entry, if the old key was there. */
  replace(nodeId: Uint8Array, successor: Uint8Array): Promise<KeyringEntry | undefined> {
    return this.#inTurn(async () => {
      checkNodeId(successor);
      const { files } = await readFolder(this.#folder);
      for (const { path, keys } of files) {
        if (!keys.some((key) => equalBytes(key.nodeId, nodeId))) continue;
        const since = new Date().toISOString();
        const text = withSuccessor((await readKeys(path)) ?? '', nodeId, successor, since);
        await writeFileAtomic(path, text, { mode: 0o600 });
      }
      this.#apply(await readFolder(this.#folder));
      return this.#entries.byId.get(nodeIdKey(successor));
    });
  }

  /**
   * From now on the members of these groups are trusted too, in this order, beside the keys in the files. In force when
   * it returns: a key that no file and no roster names any more has lost its links.
   */
  useRosters(rosters: readonly RosterKeys[]): void {
    this.#rosters = rosters;
    this.#apply(this.#files, this.#isReadable);
  }

  /** Follows the files no longer; what was read stays in force. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#stopWatching();
    this.#listeners.clear();
  }

  #watch(pollMs: number): void {
    this.#stopWatching = watchFolder(
      this.#folder,
      pollMs,
      () => this.#look(),
      (error) => this.#log.warn('the keyring is polled: the system cannot watch it', { error: messageOf(error) }),
    );
  }

  #look(): void {
    const looked = this.#inTurn(async () => {
      if (this.#closed || (await signatureOf(this.#folder)) === this.#files.signature) return;
      this.#apply(await readFolder(this.#folder));
    });
    looked.catch((error: unknown) => this.#failClosed(error));
  }

  /** A folder that cannot be read trusts nobody. */
  #failClosed(error: unknown): void {
    const { reason, help } = error instanceof LocalError ? error : { reason: 'KEYRING_UNREADABLE', help: '' };
    const problem = { path: this.#folder, line: 0, reason, message: messageOf(error), help };
    this.#apply({ files: [], problems: [problem], signature: '' }, false);
  }

  #apply(state: FolderState, isReadable = true): void {
    const before = this.#entries;
    const known = new Set(this.#problems.map(problemText));
    this.#files = state;
    this.#isReadable = isReadable;
    this.#entries = mergeKeys(state.files, isReadable ? this.#rosters : []);
    this.#problems = [...state.problems, ...this.#entries.problems];
    for (const text of this.#problems.map(problemText)) {
      if (!known.has(text)) this.#log.warn('a part of the keyring is not in force', { problem: text });
    }
    const change = compareEntries(before, this.#entries);
    if (change) this.#tell(change);
  }

  #tell(change: KeyringChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        // The others must hear of a removed key whatever one of them does.
        this.#log.error('a listener of the keyring failed', { error: messageOf(error) });
      }
    }
  }

  #refuseConflict({ nodeId, alias }: NewKey): void {
    const known = this.byId(nodeId);
    const holder = this.byAlias(alias);
    const conflict = known && known.alias !== alias ? knownAs(known, alias) : !known && holder && aliasTaken(holder);
    if (conflict) throw new LocalError(conflict.reason, conflict.message, { help: conflict.help });
  }

  async #append({ nodeId, alias, group, role = '' }: NewKey): Promise<void> {
    const path = pathOfGroup(this.#folder, group);
    const text = (await readKeys(path)) ?? '';
    await writeFileAtomic(path, withKey(text, nodeId, alias, role), { mode: 0o600 });
    this.#apply(await readFolder(this.#folder));
  }

  async #cut(group: string, nodeId: Uint8Array): Promise<boolean> {
    const path = pathOfGroup(this.#folder, group);
    const text = await readKeys(path);
    if (text === undefined) return false;
    const rest = withoutKey(text, nodeId);
    if (rest === text) return false;
    await writeFileAtomic(path, rest, { mode: 0o600 });
    return true;
  }

  /** A name that is too long or has a colon is no alias, so the two cannot be confused. */
  #nodeIdOf(who: Uint8Array | string): Uint8Array | undefined {
    if (typeof who !== 'string') return who;
    return isName(who) ? this.byAlias(who)?.nodeId : parseNodeId(who);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(run, run);
    this.#last = mine.catch(() => undefined); // the caller of `mine` hears of it
    return mine;
  }
}

/** A key that was removed elsewhere could come back with a file that nobody could read now. */
function refuseUnreadable({ problems: [problem] }: FolderState): void {
  if (problem) throw new LocalError(problem.reason, problemText(problem), { help: problem.help });
}

/** No line names the key, but a roster does. */
function memberOfRoster(entry: KeyringEntry | undefined, group: string | undefined): LocalError | undefined {
  const found = entry?.rosters?.find((name) => group === undefined || name === group);
  if (!entry || found === undefined) return undefined;
  return new LocalError('PEER_IN_ROSTER', `"${entry.alias}" is trusted by the roster of the group "${found}"`, {
    help: `an owner of the group can remove it: towline group remove ${found} ${entry.alias}; or: towline group leave ${found}`,
  });
}

function unknownPeer(who: Uint8Array | string, group: string | undefined): LocalError {
  const name = typeof who === 'string' ? `"${who}"` : 'this key';
  return new LocalError(
    'PEER_UNKNOWN',
    `${name} is not in ${group === undefined ? 'the keyring' : `the group ${group}`}`,
    {
      help: 'show who is known with "towline peers"',
    },
  );
}
