/** What this node does with its links: serves them, watches the peer's tools, and tells how they are. */
import type { Client } from '@connectrpc/connect';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { PeerState } from '../../gen/towline/v1/node_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Link } from '../link/link.ts';
import { type LinkEvent, LinkPool } from '../link/pool.ts';
import { createClient } from '../rpc/client.ts';
import { serveLink } from '../rpc/link-server.ts';
import { createLinkTransport } from '../rpc/link-transport.ts';
import type { ServiceRegistry } from '../rpc/registry.ts';
import { retryTransport } from '../rpc/retry-transport.ts';
import type { PeerTools } from '../services/tool/peer-tools.ts';
import type { AddressBook } from '../trust/address-book.ts';
import type { Identity } from '../trust/identity.ts';
import type { Keyring } from '../trust/keyring.ts';
import type { KeyringEntry } from '../trust/keyring-entries.ts';
import { nodeIdKey } from '../trust/node-id.ts';
import { checkClone } from './clones.ts';
import { LinkBoard } from './link-board.ts';
import { type Peers, peerPrincipal } from './peers.ts';
import { DirectProbe } from './relay/direct-probe.ts';

export interface LinksParts {
  readonly identity: Identity;
  readonly keyring: Keyring;
  readonly book: AddressBook;
  readonly peers: Peers;
  readonly tools: PeerTools;
  readonly registry: ServiceRegistry;
  readonly dial: (nodeId: Uint8Array, signal: AbortSignal) => Promise<Link>;
  /** The same without any relay. */
  readonly dialDirect: (nodeId: Uint8Array, signal: AbortSignal) => Promise<Link>;
  /** The key that a peer had before, while that still counts. */
  readonly predecessorOf?: (nodeId: Uint8Array) => Uint8Array | undefined;
  /** Told of each link that opens, whatever becomes of it. */
  readonly opened?: (link: Link) => void;
  /** Told of it soon after, if it takes calls then. */
  readonly settled?: (link: Link) => void;
  readonly log: Log;
}

export class Links {
  readonly pool: LinkPool;
  readonly board: LinkBoard;
  readonly #parts: LinksParts;
  /** The alias under which each linked peer's tools are listed: its entry may be renamed or gone by the time it leaves. */
  readonly #listedAs = new Map<string, string>();
  readonly #probes = new Map<string, DirectProbe>();

  constructor(parts: LinksParts) {
    this.#parts = parts;
    this.pool = new LinkPool({
      get nodeId() {
        return parts.identity.nodeId;
      },
      dial: parts.dial,
      onEvent: (event) => this.#note(event),
      beforeWay: (link, next) => {
        const alias = parts.keyring.byId(link.peerNodeId)?.alias ?? '';
        return checkClone(link, next, alias, parts.log);
      },
      onChange: () => this.board.changed(),
    });
    this.board = new LinkBoard(this.pool, (nodeId) => parts.keyring.byId(nodeId)?.alias);
  }

  /** The ToolService of the peer with this alias, dialed when it is called. */
  toolClient(alias: string): Client<typeof ToolService> | undefined {
    const entry = this.#parts.keyring.byAlias(alias);
    return entry && createClient(ToolService, retryTransport(createLinkTransport(() => this.linkTo(entry.nodeId))));
  }

  /** The link to a peer, dialed if there is none. A peer with a new key may still have its link by the old one. */
  linkTo(nodeId: Uint8Array): Link | Promise<Link> {
    const before = this.pool.usable(nodeId) ? undefined : this.#parts.predecessorOf?.(nodeId);
    return (before && this.pool.usable(before)) ?? this.pool.linkTo(nodeId);
  }

  /** Whether a link to the peer takes calls now. */
  isLinked(nodeId: Uint8Array): boolean {
    const before = this.#parts.predecessorOf?.(nodeId);
    return (this.pool.usable(nodeId) ?? (before && this.pool.usable(before))) !== undefined;
  }

  #note(event: LinkEvent): void {
    const { peers, log, keyring } = this.#parts;
    const alias = keyring.byId(event.nodeId)?.alias ?? 'unknown';
    const stateMs = Date.now();
    if (event.kind === 'connecting') {
      peers.note(event.nodeId, { state: PeerState.CONNECTING, stateMs });
    } else if (event.kind === 'open') {
      const { dialed, via } = event.link;
      log.info('link open', { peer: alias, dialed, ...(via && { relay: keyring.byId(via)?.alias }) });
      this.#opened(event.link);
    } else if (event.kind === 'closed') {
      const { reason, message } = event.end;
      log.info('link closed', { peer: alias, reason, why: message });
      this.#unlist(event.nodeId);
      peers.note(event.nodeId, { state: PeerState.OFFLINE, stateMs, lastError: message });
    } else {
      const lastError = messageOf(event.error);
      log.debug('no link', { peer: alias, error: lastError });
      peers.note(event.nodeId, { state: PeerState.OFFLINE, stateMs, lastError });
    }
  }

  #opened(link: Link): void {
    const { keyring, peers, registry } = this.#parts;
    const entry = keyring.byId(link.peerNodeId);
    if (!entry) {
      link.close(CloseReason.UNTRUSTED, 'this key is not trusted');
      return;
    }
    serveLink(link, registry, peerPrincipal(keyring, entry, link.via !== undefined));
    peers.note(link.peerNodeId, {
      state: PeerState.CONNECTED,
      stateMs: Date.now(),
      lastError: '',
      hello: link.hello,
      via: link.via,
      roundTripMs: () => link.counters().roundTripMs,
    });
    this.#parts.opened?.(link);
    // The hello leaves first: the other side waits for it, and nobody waits for the rest.
    setImmediate(() => this.#settled(link));
  }

  /** What a link means to everybody else on this node. One that has ended by then, or makes way, means nothing. */
  #settled(link: Link): void {
    const { keyring, peers, book, log } = this.#parts;
    const entry = keyring.byId(link.peerNodeId);
    if (!entry || !link.isUsable) return;
    this.#list(entry, link);
    if (link.via) this.#probe(link);
    this.#parts.settled?.(link);
    const learnt = async () => {
      await book.learn(link.peerNodeId, link.hello.addresses, 'hello');
      if (link.dialed && link.remoteAddress !== undefined) await book.markSuccess(link.peerNodeId, link.remoteAddress);
      await peers.refresh(link.peerNodeId);
    };
    learnt().catch((error: unknown) =>
      log.warn('addresses of a peer were not kept', { peer: entry.alias, error: messageOf(error) }),
    );
  }

  /** The address book has news of a peer: if its link is relayed, a direct path is looked for. */
  probe(nodeId: Uint8Array): void {
    this.#probes.get(nodeIdKey(nodeId))?.soon();
  }

  #probe(relayed: Link): void {
    const key = nodeIdKey(relayed.peerNodeId);
    const { dialDirect, log } = this.#parts;
    const probe = new DirectProbe(relayed, { dialDirect, adopt: (link) => this.pool.adopt(link), log });
    this.#probes.set(key, probe);
    void relayed.closed.then(() => this.#probes.get(key) === probe && this.#probes.delete(key));
  }

  /** The keyring changed: tools of renamed peers are listed under their new names. */
  rename(): void {
    for (const link of this.pool.links()) {
      const entry = this.#parts.keyring.byId(link.peerNodeId);
      if (!entry || this.#listedAs.get(nodeIdKey(link.peerNodeId)) === entry.alias) continue;
      const hasNewer = !equalBytes(entry.nodeId, link.peerNodeId) && this.pool.usable(entry.nodeId);
      if (!hasNewer) this.#list(entry, link);
    }
  }

  #list(entry: KeyringEntry, link: Link): void {
    // The same peer under its old key: its link ends without taking the tools with it.
    for (const [key, alias] of this.#listedAs) if (alias === entry.alias) this.#listedAs.delete(key);
    this.#unlist(link.peerNodeId);
    this.#listedAs.set(nodeIdKey(link.peerNodeId), entry.alias);
    this.#parts.tools.attach(entry.alias, createClient(ToolService, createLinkTransport(link)));
  }

  #unlist(nodeId: Uint8Array): void {
    const alias = this.#listedAs.get(nodeIdKey(nodeId));
    if (alias === undefined) return;
    this.#listedAs.delete(nodeIdKey(nodeId));
    this.#parts.tools.detach(alias);
  }
}
