/** Everybody that this node knows of, in one list. */
import { create } from '@bufbuild/protobuf';
import {
  AgentKind,
  type AgentPresence,
  AgentPresenceSchema,
  AgentState,
  AgentType,
} from '../../../gen/towline/v1/presence_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import { equalBytes, fromHex, toHex } from '../../base/bytes.ts';
import type { Principal } from '../../rpc/principal.ts';
import { NODE_AGENT } from '../../trust/names.ts';
import type { OwnAgents } from './own-agents.ts';
import type { PeerAgents } from './peer-agents.ts';
import { ownView, peerView } from './view.ts';
import { isLocal } from './who.ts';

/** A peer that this node trusts. */
export interface TrustedPeer {
  readonly nodeId: Uint8Array;
  readonly alias: string;
  readonly groups: Iterable<string>;
}

export interface DirectoryParts {
  readonly nodeId: () => Uint8Array;
  /** The peers of the keyring. */
  readonly trusted: () => readonly TrustedPeer[];
  /** The peer with this key, also with one that it had before, while that counts. */
  readonly peer: (nodeId: Uint8Array) => TrustedPeer | undefined;
}

export class PresenceDirectory {
  readonly own: OwnAgents;
  readonly peers: PeerAgents;
  readonly #parts: DirectoryParts;
  /** "key/agent" of each row that changed; own agents without the key. */
  readonly changes: Broadcast<string>;

  constructor(parts: DirectoryParts & { own: OwnAgents; peers: PeerAgents; changes: Broadcast<string> }) {
    this.#parts = parts;
    this.own = parts.own;
    this.peers = parts.peers;
    this.changes = parts.changes;
  }

  /** Everybody that the caller may see, with the place of each. */
  all(principal: Principal): { place: string; row: AgentPresence }[] {
    const places = this.own.rows().map(({ ref }) => ref?.agent ?? '');
    if (isLocal(principal)) places.push(...this.#peerPlaces());
    return places.flatMap((place) => {
      const row = this.at(place, principal);
      return row ? [{ place, row }] : [];
    });
  }

  /** The row at a place, if there is one that the caller may see. */
  at(place: string, principal: Principal): AgentPresence | undefined {
    const slash = place.indexOf('/');
    if (slash < 0) {
      const row = this.own.row(place);
      return row && ownView(row, principal);
    }
    if (!isLocal(principal)) return undefined;
    return this.#peerRow(fromHex(place.slice(0, slash)), place.slice(slash + 1));
  }

  /** The agent of this address, if the caller may see it. */
  find(nodeId: Uint8Array, agent: string, principal: Principal): AgentPresence | undefined {
    const isOwn = equalBytes(nodeId, this.#parts.nodeId());
    return this.at(isOwn ? agent : `${toHex(nodeId)}/${agent}`, principal);
  }

  /** How many rows of peers did not fit. */
  get unlistedCount(): number {
    return this.peers.nodeIds.reduce((sum, nodeId) => sum + this.peers.unlisted(nodeId), 0);
  }

  /** Names, roles and groups may be others now, and these peers are gone. */
  refresh(removed: readonly Uint8Array[]): void {
    for (const nodeId of removed) this.changes.changed(`${toHex(nodeId)}/${NODE_AGENT}`);
    for (const nodeId of this.peers.nodeIds) if (!this.#parts.peer(nodeId)) this.peers.forget(nodeId);
    for (const { ref } of this.own.rows()) this.changes.changed(ref?.agent ?? '');
    for (const place of this.#peerPlaces()) this.changes.changed(place);
  }

  /** Of each peer that is known, its agents and itself; of each that is trusted, at least itself. */
  #peerPlaces(): string[] {
    const nodeIds = new Map(this.peers.nodeIds.map((nodeId) => [toHex(nodeId), nodeId]));
    const linked = new Set([...nodeIds.values()].map((nodeId) => this.#parts.peer(nodeId)?.alias));
    for (const { nodeId, alias } of this.#parts.trusted()) if (!linked.has(alias)) nodeIds.set(toHex(nodeId), nodeId);
    return [...nodeIds].flatMap(([key, nodeId]) => {
      const agents = new Set([NODE_AGENT, ...this.peers.rows(nodeId).map(({ ref }) => ref?.agent ?? '')]);
      return [...agents].map((agent) => `${key}/${agent}`);
    });
  }

  #peerRow(nodeId: Uint8Array, agent: string): AgentPresence | undefined {
    const peer = this.#parts.peer(nodeId);
    if (!peer) return undefined;
    const row = this.peers.row(nodeId, agent) ?? (agent === NODE_AGENT ? this.#silentNode(peer, nodeId) : undefined);
    return row && peerView(row, peer.alias);
  }

  /** A peer that has told nothing of itself. */
  #silentNode({ groups }: TrustedPeer, nodeId: Uint8Array): AgentPresence {
    return create(AgentPresenceSchema, {
      ref: { nodeId, agent: NODE_AGENT },
      state: this.peers.isLinked(nodeId) ? AgentState.ONLINE : AgentState.OFFLINE,
      kind: AgentKind.CONTROL_PLANE,
      type: AgentType.CONNECTOR,
      groups: [...groups],
    });
  }
}
