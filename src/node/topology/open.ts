/** How this node reaches others: which links it keeps, what it knows of addresses, and whom it asks for more. */

import type { Route } from '../../../gen/towline/v1/admin_service_pb.ts';
import type { Config } from '../../../gen/towline/v1/config_pb.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { LinkPool } from '../../link/pool.ts';
import type { AddressBook } from '../../trust/address-book.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Keyring } from '../../trust/keyring.ts';
import type { Rosters } from '../../trust/rosters.ts';
import { Discovery } from '../discovery/discovery.ts';
import type { HubChoice } from '../hub/choice.ts';
import type { Peers } from '../peers.ts';
import { hubsOf } from '../relay/legs.ts';
import { createLocate, type Locate } from './ask-hubs.ts';
import { KeptLinks } from './kept-links.ts';
import { listRoutes } from './routes.ts';

export interface TopologyParts {
  readonly identity: Identity;
  readonly keyring: Keyring;
  readonly rosters: Rosters;
  readonly book: AddressBook;
  readonly peers: Peers;
  readonly hubs: HubChoice;
  readonly config: () => Config;
  readonly pool: () => LinkPool;
  /** The port that this node listens on, once it does. */
  readonly port: () => number | undefined;
  /** There is news of where a peer is: a relayed link looks for a direct path. */
  readonly probe: (nodeId: Uint8Array) => void;
  readonly log: Log;
}

export interface Topology {
  readonly locate: Locate;
  /** The configuration, the keyring or the address book changed; `news` is of this peer. */
  review(news?: Uint8Array): void;
  /** The key is trusted no longer. */
  forget(nodeId: Uint8Array): void;
  routes(): Route[];
  /** Keeps links and looks for peers from now on, until it is closed. */
  open(): Promise<void>;
  close(): Promise<void>;
}

export function createTopology(parts: TopologyParts): Topology {
  const { identity, keyring, rosters, book, peers, hubs, config, pool, log } = parts;
  const isTrusted = (nodeId: Uint8Array) => keyring.byId(nodeId) !== undefined;
  const ending = new AbortController();

  const kept = new KeptLinks({
    isTrusted,
    marked: () => peers.toDial(),
    hubs: () => hubs.hubIds(),
    // An owner that rotated its key is kept by the new one before the roster says so.
    owners: () =>
      rosters.list().flatMap(({ roster }) => roster.chain.owners.map((id) => keyring.byId(id)?.nodeId ?? id)),
    members: () => (config().role === 'orchestrator' ? keyring.entries().map(({ nodeId }) => nodeId) : []),
    keep: (nodeId, keep) => pool().keep(nodeId, keep),
    log,
  });
  const discovery = new Discovery({
    ownId: () => identity.nodeId,
    port: parts.port,
    isTrusted,
    onNews(nodeId) {
      kept.review(nodeId);
      parts.probe(nodeId);
    },
    log,
  });
  peers.useAddresses((nodeId) => [...rosters.addresses(nodeId), ...discovery.addresses(nodeId)]);

  const locate = createLocate({
    links: () => pool().links(),
    hubs: () => hubs.hubIds(),
    groupsOf: (nodeId) => keyring.byId(nodeId)?.groups ?? [],
    async learn(nodeId, addresses) {
      await book.learn(nodeId, addresses, 'hub');
      await peers.refresh(nodeId);
    },
  });

  const setDiscovery = () =>
    discovery
      .set(!ending.signal.aborted && (config().discovery?.mdns ?? false))
      .catch((error: unknown) => log.warn('peers are not looked for', { error: messageOf(error) }));

  async function followRosters(): Promise<void> {
    for await (const _ of rosters.changes.watch(ending.signal)) kept.review();
  }

  return {
    locate,
    review(news) {
      kept.review(news);
      void setDiscovery();
    },
    forget(nodeId) {
      kept.forget(nodeId);
      discovery.forget(nodeId);
    },
    routes: () =>
      listRoutes({
        entries: () => keyring.entries(),
        aliasOf: (nodeId) => keyring.byId(nodeId)?.alias,
        addressesOf: (nodeId) => peers.known(nodeId),
        lastErrorOf: (nodeId) => peers.lastError(nodeId),
        linkTo: (nodeId) => pool().usable(nodeId),
        relays: () => hubsOf(pool().links()),
        reasons: () => kept.reasons(),
      }),
    async open() {
      followRosters().catch((error: unknown) => log.error('links are reviewed no longer', { error: messageOf(error) }));
      kept.review();
      await setDiscovery();
    },
    async close() {
      ending.abort();
      kept.close();
      await setDiscovery();
    },
  };
}
