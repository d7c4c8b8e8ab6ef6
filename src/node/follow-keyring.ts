/** What changes in a node when somebody is trusted, or is no longer. */
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Usage } from '../rpc/usage.ts';
import type { Relay } from '../services/relay/service.ts';
import { selfAlias } from '../services/tool/self.ts';
import type { ToolDirectory } from '../services/tool/service.ts';
import type { Keyring } from '../trust/keyring.ts';
import type { Links } from './links.ts';
import type { Peers } from './peers.ts';
import type { PolicyKeeper } from './policy/keeper.ts';
import type { Presence } from './presence/open.ts';
import type { Topology } from './topology/open.ts';

export interface KeyringFollowers {
  readonly keyring: Keyring;
  readonly peers: Peers;
  readonly policies: PolicyKeeper;
  readonly usage: Usage;
  readonly presence: Presence;
  readonly links: Links;
  readonly relay: Relay;
  readonly topology: Topology;
  readonly tools: ToolDirectory;
  /** Ends whatever a key has open. */
  readonly cutOff: (nodeId: Uint8Array) => void;
  readonly log: Log;
}

/** Returns what ends it. */
export function followKeyring(followers: KeyringFollowers): () => void {
  const { keyring, peers, policies, usage, presence, links, relay, topology, tools, cutOff, log } = followers;
  return keyring.onChange(({ added, removed, changed }) => {
    for (const { nodeId, alias } of removed) {
      if (keyring.byId(nodeId)) continue; // its successor has its place, and it counts for a while
      cutOff(nodeId);
      peers.changes.changed(alias);
      log.info('trusted no longer', { peer: alias });
    }
    for (const { nodeId } of [...added, ...changed]) {
      peers
        .refresh(nodeId)
        .catch((error: unknown) => log.error('a peer was not looked up', { error: messageOf(error) }));
    }
    policies.keyringChanged();
    usage.forget();
    presence.refresh(removed.map(({ nodeId }) => nodeId));
    links.rename();
    relay.review();
    topology.review();
    tools.changes.changed(selfAlias);
  });
}
