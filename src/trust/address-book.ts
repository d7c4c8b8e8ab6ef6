/** Where peers can be dialed, and which of them this node keeps a link to. */
import { fromHex } from '../base/bytes.ts';
import { checkAddress, MAX_ADDRESSES, mayBeLearnt } from './address.ts';
import { checkNodeId, nodeIdKey } from './node-id.ts';
import { allRows, fromRow, type TrustTable, toRow } from './table.ts';

/**
 * Who said so: a person, an invite, a group's roster, the local network, the peer itself in its hello, or another peer. From
 * the most to the least believed.
 */
const SOURCES = ['manual', 'invite', 'roster', 'discovery', 'hello', 'hub'] as const;

/** Peers' claims where no link ever opened and that nobody has repeated for so long are forgotten. */
const FORGET_MS = 30 * 86_400_000;
/** Each hello says the same again: when it did is written down to the day. */
const SEEN_STEP_MS = 86_400_000;

export type AddressSource = (typeof SOURCES)[number];

export interface KnownAddress {
  /** "host:port", "wss://…" */
  readonly address: string;
  readonly source: AddressSource;
  /** When a link last opened there, in milliseconds since 1970. */
  readonly successMs?: number;
  /** When somebody last said so, in milliseconds since 1970: to the day. */
  readonly seenMs?: number;
}

export interface PeerAddresses {
  /** The best first: the last success, then by source. At most 16. */
  readonly addresses: readonly KnownAddress[];
  /** Whether this node keeps a link to the peer without being asked. */
  readonly dial: boolean;
}

const NOTHING: PeerAddresses = { addresses: [], dial: false };

export class AddressBook {
  readonly #table: TrustTable;
  readonly #now: () => number;

  /** `table` is the book's own. `now` is milliseconds since 1970. */
  constructor(table: TrustTable, now: () => number = Date.now) {
    this.#table = table;
    this.#now = now;
  }

  /** What is known of a peer; no addresses if nothing is. */
  async get(nodeId: Uint8Array): Promise<PeerAddresses> {
    const row = await this.#table.get(nodeIdKey(nodeId));
    if (!row) return NOTHING;
    const { addresses, dial } = fromRow<PeerAddresses>(row);
    return { addresses: addresses.filter((known) => !isForgotten(known, this.#now())), dial };
  }

  /** Everybody in the book. */
  async list(): Promise<(PeerAddresses & { nodeId: Uint8Array })[]> {
    const found: (PeerAddresses & { nodeId: Uint8Array })[] = [];
    for await (const row of allRows(this.#table)) {
      found.push({ nodeId: fromHex(row.key), ...fromRow<PeerAddresses>(row) });
    }
    return found;
  }

  /**
   * Adds addresses. Those of a hello replace what earlier hellos said, unless a link opened there; what a
   * hello names and may not be learnt is left out; what is no address elsewhere throws `ADDRESS_INVALID`.
   */
  async learn(nodeId: Uint8Array, addresses: readonly string[], source: AddressSource): Promise<void> {
    if (source !== 'hello' && source !== 'hub') addresses.forEach(checkAddress);
    const mayLearn = source === 'hello' || source === 'hub' ? addresses.filter(mayBeLearnt) : addresses;
    const news = mayLearn.slice(0, MAX_ADDRESSES);
    const seenMs = this.#now();
    await this.#change(nodeId, (peer) => {
      const current = peer.addresses.filter((known) => !isForgotten(known, seenMs));
      const kept = source === 'hello' ? current.filter((known) => !isStale(known, news)) : current;
      const said = news.map((address) => ({ address, source, seenMs }));
      return { ...peer, addresses: bestAddresses([...kept, ...said]) };
    });
  }

  /** A link to the peer opened at this address. */
  async markSuccess(nodeId: Uint8Array, address: string): Promise<void> {
    checkAddress(address);
    const success: KnownAddress = { address, source: 'hello', successMs: this.#now() };
    await this.#change(nodeId, (peer) => ({ ...peer, addresses: bestAddresses([...peer.addresses, success]) }));
  }

  /** Whether this node shall keep a link to the peer. */
  async setDial(nodeId: Uint8Array, dial: boolean): Promise<void> {
    await this.#change(nodeId, (peer) => ({ ...peer, dial }));
  }

  /** The peer has another key now. */
  async move(nodeId: Uint8Array, successor: Uint8Array): Promise<void> {
    const known = await this.get(nodeId);
    await this.#change(successor, (peer) => ({
      addresses: bestAddresses([...peer.addresses, ...known.addresses]),
      dial: peer.dial || known.dial,
    }));
    await this.forget(nodeId);
  }

  /** Resolves to whether the peer was in the book. */
  forget(nodeId: Uint8Array): Promise<boolean> {
    return this.#table.delete(nodeIdKey(nodeId));
  }

  async #change(nodeId: Uint8Array, edit: (peer: PeerAddresses) => PeerAddresses): Promise<void> {
    checkNodeId(nodeId);
    const key = nodeIdKey(nodeId);
    for (;;) {
      const row = await this.#table.get(key);
      const before = row ? fromRow<PeerAddresses>(row) : NOTHING;
      const after = edit(before);
      // Each hello says the same again: nothing to write.
      if (row && JSON.stringify(after) === JSON.stringify(before)) return;
      if ((await this.#table.put(key, toRow(after), { ifVersion: row?.version ?? 0 })) !== undefined) return;
      // Another change came between: apply this one to what it left.
    }
  }
}

function isStale(known: KnownAddress, news: readonly string[]): boolean {
  return known.source === 'hello' && known.successMs === undefined && !news.includes(known.address);
}

function isForgotten({ source, successMs, seenMs }: KnownAddress, nowMs: number): boolean {
  const isClaim = source === 'hello' || source === 'hub';
  return isClaim && successMs === undefined && seenMs !== undefined && seenMs < nowMs - FORGET_MS;
}

/** One row an address, with its most believed source and latest success; the best first, at most 16. */
export function bestAddresses(all: readonly KnownAddress[]): KnownAddress[] {
  const merged = new Map<string, KnownAddress>();
  for (const known of all) {
    const present = merged.get(known.address);
    merged.set(known.address, present ? merge(present, known) : known);
  }
  return [...merged.values()].sort(byMerit).slice(0, MAX_ADDRESSES);
}

function merge(left: KnownAddress, right: KnownAddress): KnownAddress {
  const source = rank(left) <= rank(right) ? left.source : right.source;
  const successMs = Math.max(left.successMs ?? 0, right.successMs ?? 0);
  const seenMs = laterDay(left.seenMs ?? 0, right.seenMs ?? 0);
  return {
    address: left.address,
    source,
    ...(successMs > 0 && { successMs }),
    ...(seenMs > 0 && { seenMs }),
  };
}

/** The later of two times; the earlier one if they are of one day. */
function laterDay(left: number, right: number): number {
  const [earlier, later] = left < right ? [left, right] : [right, left];
  return earlier > 0 && later - earlier < SEEN_STEP_MS ? earlier : later;
}

function byMerit(left: KnownAddress, right: KnownAddress): number {
  return (right.successMs ?? 0) - (left.successMs ?? 0) || rank(left) - rank(right);
}

function rank({ source }: KnownAddress): number {
  return SOURCES.indexOf(source);
}
