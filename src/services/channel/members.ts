/** The members of one channel, all in memory, each a row of the table. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { type ChannelMember, ChannelMemberSchema } from '../../../gen/towline/v1/channel_pb.ts';
import type { KeyedTable, Write } from '../../store/store.ts';
import { agentKey, type Caller } from './caller.ts';

export const MEMBERS_TABLE = 'channel_members';

/** Rows that are read at a time. */
const PAGE = 1_000;

export class Members {
  readonly #channelId: string;
  readonly #byKey: Map<string, ChannelMember>;
  /** How many subscriptions each connected member has. */
  readonly #connected = new Map<string, number>();

  private constructor(channelId: string, byKey: Map<string, ChannelMember>) {
    this.#channelId = channelId;
    this.#byKey = byKey;
  }

  /** `channelId` in hex. */
  static async load(table: KeyedTable, channelId: string): Promise<Members> {
    const byKey = new Map<string, ChannelMember>();
    const prefix = `${channelId}/`;
    for (let after = prefix; ; ) {
      const rows = await table.list({ prefix, after, limit: PAGE });
      for (const { key, value } of rows) byKey.set(key.slice(prefix.length), fromBinary(ChannelMemberSchema, value));
      after = rows.at(-1)?.key ?? after;
      if (rows.length < PAGE) return new Members(channelId, byKey);
    }
  }

  get size(): number {
    return this.#byKey.size;
  }

  get connectedCount(): number {
    return this.#connected.size;
  }

  get(key: string): ChannelMember | undefined {
    return this.#byKey.get(key);
  }

  /** In the order of lists, whether each is connected included. */
  list(): ChannelMember[] {
    const sorted = [...this.#byKey.values()].sort((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1));
    return sorted.map((member) => ({ ...member, connected: this.#isConnected(member) }));
  }

  /** The connected ones first, at most `count`. */
  shown(count: number): ChannelMember[] {
    const all = this.list();
    return [...all.filter(({ connected }) => connected), ...all.filter(({ connected }) => !connected)].slice(0, count);
  }

  /** A subscription of the member began. Returns what to call when it ends. */
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
    this.#byKey.set(keyOf(member), member);
  }

  remove(member: ChannelMember): void {
    this.#byKey.delete(keyOf(member));
  }

  /** What takes all of them out. */
  removals(): Write[] {
    return [...this.#byKey.values()].map((member) => this.removalOf(member));
  }

  #isConnected(member: ChannelMember): boolean {
    return this.#connected.has(keyOf(member));
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

function keyOf({ agent }: ChannelMember): string {
  return agent ? agentKey(agent) : '';
}
