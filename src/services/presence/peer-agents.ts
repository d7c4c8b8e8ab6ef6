/** The agents of the linked peers, as each peer tells of its own. In memory alone. */
import { toBinary } from '@bufbuild/protobuf';
import { type AgentPresence, AgentPresenceSchema, AgentState } from '../../../gen/towline/v1/presence_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import { toHex } from '../../base/bytes.ts';
import type { Log } from '../../base/log.ts';
import { NODE_AGENT } from '../../trust/names.ts';
import { GRACE_MS, MAX_PEER_BYTES, MAX_ROWS_PER_PEER, MAX_UNLISTED } from './limits.ts';
import { faultOf, inOurTime, wentOffline } from './peer-row.ts';

interface Kept {
  readonly row: AgentPresence;
  readonly bytes: number;
}

/** What is known of one peer. */
interface PeerState {
  readonly nodeId: Uint8Array;
  readonly rows: Map<string, Kept>;
  bytes: number;
  isLinked: boolean;
  /** Runs while its link is away and may come back. */
  grace: NodeJS.Timeout | undefined;
  /** The agents that the snapshot under way has named; absent when there is none. */
  named: Set<string> | undefined;
  /** Those that did not fit. */
  readonly unlisted: Set<string>;
  /** Whether the log has been told that something was wrong since the link opened. */
  hasComplained: boolean;
}

export class PeerAgents {
  readonly #peers = new Map<string, PeerState>();
  /** Told "key/agent" of each row that changed. */
  readonly #changes: Broadcast<string>;
  readonly #log: Log;

  constructor(changes: Broadcast<string>, log: Log) {
    this.#changes = changes;
    this.#log = log;
  }

  /** The peer is linked: what it tells now takes the place of what is known. */
  begin(nodeId: Uint8Array): void {
    const peer = this.#peer(nodeId);
    clearTimeout(peer.grace);
    peer.grace = undefined;
    peer.isLinked = true;
    peer.hasComplained = false;
    this.restart(nodeId);
    this.#changed(peer, NODE_AGENT);
  }

  /** Another snapshot begins over the same link. */
  restart(nodeId: Uint8Array): void {
    const peer = this.#peer(nodeId);
    peer.named = new Set();
    peer.unlisted.clear();
  }

  /** Takes a row of the peer. One that breaks a rule, or is another node's, is dropped. */
  async take(nodeId: Uint8Array, row: AgentPresence, isOwn: (nodeId: Uint8Array) => boolean): Promise<void> {
    const peer = this.#peer(nodeId);
    const fault = await faultOf(row, isOwn);
    if (fault !== undefined) return this.#complain(peer, 'a peer sent presence that was dropped', { why: fault });
    const agent = row.ref?.agent ?? '';
    const bytes = toBinary(AgentPresenceSchema, row).length;
    const before = peer.rows.get(agent)?.bytes ?? 0;
    const isNew = !peer.rows.has(agent);
    if ((isNew && peer.rows.size >= MAX_ROWS_PER_PEER) || peer.bytes - before + bytes > MAX_PEER_BYTES) {
      if (peer.unlisted.size < MAX_UNLISTED) peer.unlisted.add(agent);
      return this.#complain(peer, 'a peer has more agents than are kept', { max: MAX_ROWS_PER_PEER });
    }
    peer.bytes += bytes - before;
    peer.rows.set(agent, { row: inOurTime(row), bytes });
    peer.unlisted.delete(agent);
    peer.named?.add(agent);
    this.#changed(peer, agent);
  }

  remove(nodeId: Uint8Array, agent: string): void {
    const peer = this.#peer(nodeId);
    peer.unlisted.delete(agent);
    const kept = peer.rows.get(agent);
    if (!kept) return;
    peer.rows.delete(agent);
    peer.bytes -= kept.bytes;
    this.#changed(peer, agent);
  }

  /** The snapshot is whole: agents that it did not name are gone. */
  synced(nodeId: Uint8Array): void {
    const peer = this.#peer(nodeId);
    const { named } = peer;
    if (!named) return;
    peer.named = undefined;
    for (const agent of [...peer.rows.keys()]) if (!named.has(agent)) this.remove(nodeId, agent);
  }

  /** The link is gone. Its agents are offline: now, or if it is not back after the grace. */
  lost(nodeId: Uint8Array, isForGood: boolean): void {
    const peer = this.#peer(nodeId);
    clearTimeout(peer.grace);
    if (isForGood) this.#offline(peer);
    else peer.grace = setTimeout(() => this.#offline(peer), GRACE_MS).unref();
  }

  /** The peer is trusted no longer. */
  forget(nodeId: Uint8Array): void {
    const peer = this.#peers.get(toHex(nodeId));
    if (!peer) return;
    clearTimeout(peer.grace);
    this.#peers.delete(toHex(nodeId));
    for (const agent of new Set([...peer.rows.keys(), NODE_AGENT])) this.#changed(peer, agent);
  }

  /** Every peer of which something is known. */
  get nodeIds(): Uint8Array[] {
    return [...this.#peers.values()].map(({ nodeId }) => nodeId);
  }

  isLinked(nodeId: Uint8Array): boolean {
    return this.#peers.get(toHex(nodeId))?.isLinked ?? false;
  }

  rows(nodeId: Uint8Array): AgentPresence[] {
    return [...(this.#peers.get(toHex(nodeId))?.rows.values() ?? [])].map(({ row }) => row);
  }

  row(nodeId: Uint8Array, agent: string): AgentPresence | undefined {
    return this.#peers.get(toHex(nodeId))?.rows.get(agent)?.row;
  }

  unlisted(nodeId: Uint8Array): number {
    return this.#peers.get(toHex(nodeId))?.unlisted.size ?? 0;
  }

  close(): void {
    for (const { grace } of this.#peers.values()) clearTimeout(grace);
  }

  #peer(nodeId: Uint8Array): PeerState {
    const key = toHex(nodeId);
    const known = this.#peers.get(key);
    if (known) return known;
    const fresh: PeerState = {
      nodeId,
      rows: new Map(),
      bytes: 0,
      isLinked: false,
      grace: undefined,
      named: undefined,
      unlisted: new Set(),
      hasComplained: false,
    };
    this.#peers.set(key, fresh);
    return fresh;
  }

  #offline(peer: PeerState): void {
    peer.grace = undefined;
    peer.isLinked = false;
    peer.named = undefined;
    for (const [agent, { row, bytes }] of peer.rows) {
      if (row.state === AgentState.OFFLINE) continue;
      peer.rows.set(agent, { row: wentOffline(row), bytes });
      this.#changed(peer, agent);
    }
    if (!peer.rows.has(NODE_AGENT)) this.#changed(peer, NODE_AGENT);
  }

  /** Once for each link: a peer that errs does it with each row. */
  #complain(peer: PeerState, message: string, fields: Record<string, string | number>): void {
    if (peer.hasComplained) return;
    peer.hasComplained = true;
    this.#log.warn(message, { node: toHex(peer.nodeId), ...fields });
  }

  #changed({ nodeId }: PeerState, agent: string): void {
    this.#changes.changed(`${toHex(nodeId)}/${agent}`);
  }
}
