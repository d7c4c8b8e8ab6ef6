/** The channels of a hub: all of them by name, and those in use as rooms. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type Channel,
  ChannelSchema,
  type ChannelSummary,
  type Retention,
} from '../../../gen/towline/v1/channel_pb.ts';
import type { CreateChannelRequest } from '../../../gen/towline/v1/channel_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { Write } from '../../store/store.ts';
import { type Caller, isMaker } from './caller.ts';
import { IDLE_MS, MAX_CHANNELS, MAX_CHANNELS_PER_NODE, SWEPT_CHANNELS } from './limits.ts';
import { newMember } from './members.ts';
import { channelDeleted, channelExists, channelsFull, quotaExceeded } from './problems.ts';
import { fullRetention, retentionWithin } from './retention.ts';
import { glance, type HubParts, logNameOf, Room } from './room.ts';

export const CHANNELS_TABLE = 'channels';

const ID_BYTES = 16;
const PAGE = 1_000;

export class Directory {
  readonly #parts: HubParts;
  readonly #byName: Map<string, Channel>;
  /** By name; a promise while it is being opened. */
  readonly #rooms = new Map<string, Room | Promise<Room>>();
  /** Names of channels that are being made or deleted. */
  readonly #changing = new Set<string>();
  /** Those that are being made: they count as made. */
  readonly #founding = new Set<Channel>();
  /** Where the last sweep ended. */
  #swept = 0;

  private constructor(parts: HubParts, byName: Map<string, Channel>) {
    this.#parts = parts;
    this.#byName = byName;
  }

  static async open(parts: HubParts): Promise<Directory> {
    const table = parts.store.table(CHANNELS_TABLE);
    const byName = new Map<string, Channel>();
    for (let after = ''; ; ) {
      const rows = await table.list({ after, limit: PAGE });
      for (const { key, value } of rows) byName.set(key, fromBinary(ChannelSchema, value));
      after = rows.at(-1)?.key ?? after;
      if (rows.length < PAGE) break;
    }
    const directory = new Directory(parts, byName);
    await directory.#dropOrphans();
    return directory;
  }

  find(name: string): Channel | undefined {
    return this.#byName.get(name);
  }

  list(): Channel[] {
    return [...this.#byName.values()];
  }

  /** How a channel stands, without a list of its members. */
  async glance(info: Channel): Promise<ChannelSummary> {
    const room = this.#rooms.get(info.name);
    return room ? (await room).summary(false) : glance(this.#parts, info);
  }

  /** The channel in use: at once where it is already. Rejects with CHANNEL_DELETED if it goes meanwhile. */
  room(info: Channel): Room | Promise<Room> {
    const known = this.#rooms.get(info.name);
    if (known) {
      if (known instanceof Room) known.used();
      return known;
    }
    const opening = this.#open(info);
    this.#rooms.set(info.name, opening);
    return opening;
  }

  /** Makes a channel with its first member. Throws CHANNEL_EXISTS, CHANNELS_FULL or QUOTA_EXCEEDED. */
  async create(request: CreateChannelRequest, requestId: Uint8Array, creator: Caller): Promise<Room> {
    const { name } = request;
    if (this.#byName.has(name) || this.#changing.has(name)) throw channelExists(name);
    const own = () => [...this.list(), ...this.#founding].filter((info) => isMaker(creator, info));
    this.#checkRoom(creator, own);
    const retention = retentionWithin(this.#parts.quota(creator.principal, 'stored_bytes'), request.retention, own);
    const info = newChannel({ ...request, retention }, requestId, creator, this.#parts.now());
    this.#changing.add(name);
    this.#founding.add(info);
    try {
      const room = await Room.open(this.#parts, info);
      const member = newMember(creator, request.displayName, this.#parts.now());
      await room.found(member, [this.#writeOf(info)]);
      this.#byName.set(name, info);
      this.#rooms.set(name, room);
      return room;
    } finally {
      this.#changing.delete(name);
      this.#founding.delete(info);
    }
  }

  /** Deletes a channel with all that is in it. */
  async delete(info: Channel): Promise<void> {
    const room = await this.room(info);
    if (room.isDeleted) throw channelDeleted(info.name);
    room.isDeleted = true;
    this.#changing.add(info.name);
    try {
      const row: Write = { op: 'delete', table: CHANNELS_TABLE, key: info.name };
      await this.#parts.store.write([row, ...room.members.removals()]);
      this.#byName.delete(info.name);
      this.#rooms.delete(info.name);
    } catch (error) {
      room.isDeleted = false;
      throw error;
    } finally {
      this.#changing.delete(info.name);
    }
    room.close();
    await this.#parts.store.dropLog(logNameOf(room.id));
  }

  /** Drops what is too old from some of the channels, and gives back the memory of those that nobody uses. */
  async sweep(): Promise<void> {
    const all = this.list();
    if (this.#swept >= all.length) this.#swept = 0;
    const turn = all.slice(this.#swept, this.#swept + SWEPT_CHANNELS);
    this.#swept += turn.length;
    for (const info of turn) await this.#sweepOne(info);
    for (const [name, room] of this.#rooms) {
      if (room instanceof Room && room.idleMs > IDLE_MS) this.#forget(name, room);
    }
  }

  close(): void {
    for (const room of this.#rooms.values()) if (room instanceof Room) room.close();
    this.#rooms.clear();
  }

  async #open(info: Channel): Promise<Room> {
    try {
      const room = await Room.open(this.#parts, info);
      if (this.#byName.get(info.name) !== info) throw channelDeleted(info.name);
      this.#rooms.set(info.name, room);
      return room;
    } catch (error) {
      this.#rooms.delete(info.name);
      throw error;
    }
  }

  async #sweepOne(info: Channel): Promise<void> {
    const isInUse = this.#rooms.has(info.name);
    if (!isInUse && !(await this.#hasOld(info))) return;
    const room = await this.room(info);
    if (await room.keeper.expire(this.#parts.now())) room.tail.wakeAll();
  }

  /** Whether a channel that nobody uses has something too old: a look at one entry, not an opening. */
  async #hasOld({ channelId, retention }: Channel): Promise<boolean> {
    const [oldest] = await this.#parts.store.log(logNameOf(toHex(channelId))).read({ limit: 1 });
    return oldest !== undefined && oldest.timeMs < this.#parts.now() - fullRetention(retention).maxAgeSeconds * 1_000;
  }

  #forget(name: string, room: Room): void {
    this.#rooms.delete(name);
    room.close();
  }

  #checkRoom({ principal }: Caller, own: () => readonly Channel[]): void {
    if (this.#byName.size + this.#changing.size >= MAX_CHANNELS) {
      throw channelsFull(`there are ${MAX_CHANNELS} channels on this hub`);
    }
    const most = this.#parts.quota(principal, 'channels');
    if (most === undefined && principal.kind !== 'peer') return;
    const { length } = own();
    if (most !== undefined && length >= most) {
      throw quotaExceeded('channels', most, `${length + 1} channels on this hub`, 'delete one that you made');
    }
    if (most === undefined && length >= MAX_CHANNELS_PER_NODE) {
      throw channelsFull(`your node made ${length} channels on this hub`);
    }
  }

  #writeOf(info: Channel): Write {
    return { op: 'put', table: CHANNELS_TABLE, key: info.name, value: toBinary(ChannelSchema, info), ifVersion: 0 };
  }

  /** Logs of channels that are gone: the process ended between the two steps of a deletion. */
  async #dropOrphans(): Promise<void> {
    const known = new Set(this.list().map(({ channelId }) => logNameOf(toHex(channelId))));
    for (const name of await this.#parts.store.logs('channel/')) {
      if (!known.has(name)) await this.#parts.store.dropLog(name);
    }
  }
}

type Founding = Pick<CreateChannelRequest, 'name' | 'title' | 'groups'> & { readonly retention: Retention };

function newChannel(request: Founding, requestId: Uint8Array, creator: Caller, nowMs: number): Channel {
  const { name, title, groups, retention } = request;
  return create(ChannelSchema, {
    channelId: crypto.getRandomValues(new Uint8Array(ID_BYTES)),
    name,
    title,
    groups,
    creator: creator.ref,
    creatorAlias: creator.alias,
    createTime: timestampFromMs(nowMs),
    retention,
    createRequestId: requestId,
  });
}
