/** The members of one channel, all in memory, each a row of the table. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { AgentRef } from '../../../gen/towline/v1/agent_pb.ts';
import { type ChannelMember, ChannelMemberSchema } from '../../../gen/towline/v1/channel_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { KeyedTable, Write } from '../../store/store.ts';
import type { Successions } from '../../trust/roster/successions.ts';
import { agentKey, type Caller } from './caller.ts';

export const MEMBERS_TABLE = 'channel_members';

/** Rows that are read at a time. */
const PAGE = 1_000;

interface Entry {
  readonly key: string;
  readonly order: string;
  readonly member: ChannelMember;
}

export class Members {
  readonly #channelId: string;
  readonly #keys: Successions;
  readonly #byKey: Map<string, Entry>;
  /** The same in the order of lists. A channel shows some of its members to each that joins: none may sort them all. */
  readonly #ordered: Entry[];
  /** How many subscriptions each connected member has. */
  readonly #connected = new Map<string, number>();

  private constructor(channelId: string, keys: Successions, entries: Entry[]) {
    this.#channelId = channelId;
    this.#keys = keys;
    this.#byKey = new Map(entries.map((entry) => [entry.key, entry]));
    this.#ordered = entries.sort((left, right) => (left.order < right.order ? -1 : 1));
  }

  /** `channelId` in hex. */
  static async load(table: KeyedTable, channelId: string, keys: Successions): Promise<Members> {
    const entries: Entry[] = [];
    const prefix = `${channelId}/`;
    for (let after = prefix; ; ) {
      const rows = await table.list({ prefix, after, limit: PAGE });
      for (const { value } of rows) entries.push(entryOf(fromBinary(ChannelMemberSchema, value)));
      after = rows.at(-1)?.key ?? after;
      if (rows.length < PAGE) return new Members(channelId, keys, entries);
    }
  }

  get size(): number {
    return this.#byKey.size;
  }

  get connectedCount(): number {
    return this.#connected.size;
  }

  /** The member that somebody is, whichever of its node's keys it joined with. */
  find({ key, ref }: Pick<Caller, 'key' | 'ref'>): ChannelMember | undefined {
    return (this.#byKey.get(key) ?? this.#underOtherKey(ref))?.member;
  }

  #underOtherKey({ nodeId, agent }: AgentRef): Entry | undefined {
    const newest = this.#keys.latest(nodeId);
    const keys = [newest, ...this.#keys.before(newest)].map((key) => `${toHex(key)}/${agent}`);
    return keys.map((key) => this.#byKey.get(key)).find((entry) => entry !== undefined);
  }

  /** In the order of lists, whether each is connected included. */
  list(): ChannelMember[] {
    return this.#ordered.map((entry) => this.#seen(entry));
  }

  /** The connected ones first, at most `count`. */
  shown(count: number): ChannelMember[] {
    const found: Entry[] = [];
    for (const isConnected of [true, false]) {
      for (const entry of this.#ordered) {
        if (found.length === count) break;
        if (this.#connected.has(entry.key) === isConnected) found.push(entry);
      }
    }
    return found.map((entry) => this.#seen(entry));
  }

  /** A subscription of the member with this key began. Returns what to call when it ends. */
  connect(key: string): () => void {
    this.#connected.set(key, (this.#connected.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#connected.get(key) ?? 1) - 1;
      if (left > 0) this.#connected.set(key, left);
      else this.#connected.delete(key);
    };
  }

  /** Writing it makes the member one; then `set` it. */
  writeOf(member: ChannelMember): Write {
    const value = toBinary(ChannelMemberSchema, member);
    return { op: 'put', table: MEMBERS_TABLE, key: this.#rowOf(member), value };
  }

  /** Writing it takes the member out; then `remove` it. */
  removalOf(member: ChannelMember): Write {
    return { op: 'delete', table: MEMBERS_TABLE, key: this.#rowOf(member) };
  }

  set(member: ChannelMember): void {
    this.remove(member); // its name may have been another one
    const entry = entryOf(member);
    this.#byKey.set(entry.key, entry);
    this.#ordered.splice(this.#placeOf(entry), 0, entry);
  }

  remove(member: ChannelMember): void {
    const entry = this.#byKey.get(keyOf(member));
    if (!entry) return;
    this.#byKey.delete(entry.key);
    this.#ordered.splice(this.#placeOf(entry), 1);
  }

  /** What takes all of them out. */
  removals(): Write[] {
    return this.#ordered.map(({ member }) => this.removalOf(member));
  }

  /** As others see it: with the key that its node has now. */
  #seen({ key, member }: Entry): ChannelMember {
    const connected = this.#connected.has(key);
    if (!member.agent) return { ...member, connected };
    return { ...member, connected, agent: { ...member.agent, nodeId: this.#keys.latest(member.agent.nodeId) } };
  }

  /** Where the entry stands in the order, or would stand. */
  #placeOf({ order }: Entry): number {
    let [low, high] = [0, this.#ordered.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const before = this.#ordered[middle];
      if (before && before.order < order) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #rowOf(member: ChannelMember): string {
    return `${this.#channelId}/${keyOf(member)}`;
  }
}

export function newMember({ ref, alias }: Caller, displayName: string, nowMs: number): ChannelMember {
  return create(ChannelMemberSchema, { agent: ref, alias, displayName, joinTime: timestampFromMs(nowMs) });
}

/** Where a member stands in a list; also the token of a page. */
export function orderOf({ alias, agent }: ChannelMember): string {
  return `${alias}/${agent?.agent ?? ''}/${agent ? agentKey(agent) : ''}`;
}

/** The one with which it joined: it stays the same when its node changes its key. */
export function keyOf({ agent }: ChannelMember): string {
  return agent ? agentKey(agent) : '';
}

function entryOf(member: ChannelMember): Entry {
  return { key: keyOf(member), order: orderOf(member), member };
}
