/** The peers of this node: whom the keyring trusts, how they are reached, and what they say of themselves. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { HelloBody } from '../../gen/towline/v1/frame_pb.ts';
import { NodeSchema, type Peer, PeerSchema, PeerState } from '../../gen/towline/v1/node_pb.ts';
import { Broadcast } from '../base/broadcast.ts';
import type { Principal } from '../rpc/principal.ts';
import { type AddressBook, bestAddresses, type KnownAddress, type PeerAddresses } from '../trust/address-book.ts';
import type { Keyring } from '../trust/keyring.ts';
import type { KeyringEntry } from '../trust/keyring-entries.ts';
import { nodeIdKey } from '../trust/node-id.ts';

/** What is known of a peer beside its key. */
interface Contact {
  state: PeerState;
  stateMs?: number;
  roundTripMs?: () => number | undefined;
  lastError: string;
  hello?: HelloBody;
  /** The node that relays the link. */
  via?: Uint8Array | undefined;
  addresses?: PeerAddresses;
}

export class Peers {
  readonly changes = new Broadcast<string>();
  readonly #keyring: Keyring;
  readonly #book: AddressBook;
  readonly #contacts = new Map<string, Contact>();
  readonly #toolCount: (alias: string) => number;
  #others: (nodeId: Uint8Array) => readonly KnownAddress[] = () => [];

  constructor(keyring: Keyring, book: AddressBook, toolCount: (alias: string) => number) {
    this.#keyring = keyring;
    this.#book = book;
    this.#toolCount = toolCount;
  }

  /** Reads what the address book knows. Call it again after the book changed. */
  async refresh(nodeId?: Uint8Array): Promise<void> {
    const entries = nodeId ? [this.#keyring.byId(nodeId)] : this.#keyring.entries();
    for (const entry of entries) {
      if (!entry) continue;
      this.#contact(entry.nodeId).addresses = await this.#book.get(entry.nodeId);
      this.changes.changed(entry.alias);
    }
  }

  /** Notes what became of the link to a peer. */
  note(nodeId: Uint8Array, news: Partial<Omit<Contact, 'addresses'>>): void {
    Object.assign(this.#contact(nodeId), news);
    const alias = this.#keyring.byId(nodeId)?.alias;
    if (alias !== undefined) this.changes.changed(alias);
  }

  forget(nodeId: Uint8Array): void {
    this.#contacts.delete(nodeIdKey(nodeId));
  }

  list(): Peer[] {
    return this.#keyring.entries().map((entry) => this.#view(entry));
  }

  byAlias(alias: string): Peer | undefined {
    const entry = this.#keyring.byAlias(alias);
    return entry && this.#view(entry);
  }

  /** From now on these addresses count beside those of the book: what rosters and the local network say. */
  useAddresses(others: (nodeId: Uint8Array) => readonly KnownAddress[]): void {
    this.#others = others;
  }

  /** Where a peer may be, the best address first, at most 16. */
  known(nodeId: Uint8Array): KnownAddress[] {
    return bestAddresses([...(this.#contact(nodeId).addresses?.addresses ?? []), ...this.#others(nodeId)]);
  }

  addresses(nodeId: Uint8Array): readonly string[] {
    return this.known(nodeId).map(({ address }) => address);
  }

  /** Why the last link or attempt ended; empty if there was none. */
  lastError(nodeId: Uint8Array): string {
    return this.#contact(nodeId).lastError;
  }

  /** The keys that this node keeps a link to without being asked. */
  toDial(): Uint8Array[] {
    return this.#keyring
      .entries()
      .map(({ nodeId }) => nodeId)
      .filter((nodeId) => this.#contact(nodeId).addresses?.dial);
  }

  #contact(nodeId: Uint8Array): Contact {
    const key = nodeIdKey(nodeId);
    const known = this.#contacts.get(key);
    if (known) return known;
    const fresh: Contact = { state: PeerState.OFFLINE, lastError: '' };
    this.#contacts.set(key, fresh);
    return fresh;
  }

  #view(entry: KeyringEntry): Peer {
    const { state, stateMs, roundTripMs, lastError, hello, via, addresses } = this.#contact(entry.nodeId);
    const measured = roundTripMs?.();
    return create(PeerSchema, {
      node: create(NodeSchema, {
        nodeId: entry.nodeId,
        alias: entry.alias,
        displayName: hello?.displayName ?? '',
        role: hello?.role ?? '',
        team: hello?.team ?? '',
        software: hello?.software ?? '',
        features: hello?.features ?? [],
      }),
      groups: [...entry.groups],
      addresses: [...this.addresses(entry.nodeId)],
      dial: addresses?.dial ?? false,
      state,
      lastError,
      toolCount: this.#toolCount(entry.alias),
      relayAlias: via && state === PeerState.CONNECTED ? (this.#keyring.byId(via)?.alias ?? '') : '',
      ...(stateMs === undefined ? {} : { stateTime: timestampFromMs(stateMs) }),
      ...(measured === undefined ? {} : { roundTripMs: measured }),
    });
  }
}

/** A peer as a caller. Its groups are those of the keyring at the time of each look, not of the hello. */
export function peerPrincipal(keyring: Keyring, entry: KeyringEntry, isRelayed = false): Principal {
  return {
    isRelayed,
    kind: 'peer',
    name: entry.alias,
    nodeId: entry.nodeId,
    get groups() {
      return new Set(keyring.byId(entry.nodeId)?.groups);
    },
  };
}
