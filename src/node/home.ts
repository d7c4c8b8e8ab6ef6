/** Where a node keeps its things. One folder, private to the user. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The absolute paths in a home. None of them need exist yet. */
export interface HomePaths {
  readonly home: string;
  /** The seed of the node's key. Only `trust/` reads it. */
  readonly identityKey: string;
  /** The configuration, written by a person. */
  readonly config: string;
  /** The folder of keyrings, one file a group. */
  readonly trust: string;
  readonly store: string;
  /** The intents of calls: written for each, and worth nothing after ten minutes. */
  readonly calls: string;
  /** Held by the one process that runs the node. */
  readonly lock: string;
  /** The token of the person who owns the node. */
  readonly ownerToken: string;
  /** The folder of the tokens that programs on this machine act with, one file an agent. */
  readonly agents: string;
  readonly logFile: string;
  /** The folder of the audit log. */
  readonly audit: string;
  /** Says which process runs the node, and where it answers. */
  readonly runFile: string;
}

/** Names everything in `home`, which may be relative to the working folder. */
export function homePaths(home: string): HomePaths {
  const root = resolve(home);
  const at = (...names: string[]) => join(root, ...names);
  return {
    home: root,
    identityKey: at('identity.key'),
    config: at('towline.yaml'),
    trust: at('trust'),
    store: at('store.db'),
    calls: at('calls.db'),
    lock: at('lock.db'),
    ownerToken: at('owner.token'),
    agents: at('agents'),
    logFile: at('log', 'node.log'),
    audit: at('audit'),
    runFile: at('node.json'),
  };
}

/**
 * Which home is meant: what the command line says, else `TOWLINE_HOME`, else `~/.towline`. An empty text counts as
 * unsaid. A leading `~/` is the person's folder, because quotes and unit files keep shells from replacing it.
 */
export function resolveHome(flag?: string, env: NodeJS.ProcessEnv = process.env): string {
  const said = flag || env['TOWLINE_HOME'] || join('~', '.towline');
  return resolve(said.replace(/^~(?=$|[\\/])/, homedir()));
}
