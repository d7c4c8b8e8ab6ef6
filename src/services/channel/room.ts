/** One channel in use: its members, the end of its log, and how something is said in it. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import type { AgentRef } from '../../../gen/towline/v1/agent_pb.ts';
import {
  type Channel,
  type ChannelMember,
  type ChannelMessage,
  ChannelMessageSchema,
  type ChannelSummary,
  ChannelSummarySchema,
  MessageType,
  SystemEvent,
} from '../../../gen/towline/v1/channel_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { newRequestId } from '../../base/request-id.ts';
import type { Store, Write } from '../../store/store.ts';
import type { Successions } from '../../trust/roster/successions.ts';
import type { Quota } from '../quota.ts';
import { agentKey, type Caller } from './caller.ts';
import { CERTAIN_SENDS, MAX_MEMBERS, REMEMBER_MS, REREAD_SENDS, SHOWN_MEMBERS } from './limits.ts';
import { keyOf, MEMBERS_TABLE, Members, newMember } from './members.ts';
import { channelFull, messageIdReused, type Standing } from './problems.ts';
import { messageOf, saysTheSame, storedBytes } from './record.ts';
import { boundsOf, Keeper } from './retention.ts';
import type { RingSpace } from './ring.ts';
import type { Sends } from './sends.ts';
import { Tail } from './tail.ts';

/** What all channels of a hub share. */
export interface HubParts {
  readonly store: Store;
  readonly space: RingSpace;
  readonly sends: Sends;
  readonly quota: Quota;
  readonly keys: Successions;
  /** Milliseconds since 1970. May jump. */
  readonly now: () => number;
  /** Told of what failed in the background. */
  readonly failed: (what: string, error: unknown) => void;
}

/** Where a message stands. */
export interface Place {
  readonly cursor: number;
  /** Missing where the message itself is gone already. */
  readonly createTime: ChannelMessage['createTime'];
}

interface Pending {
  readonly message: ChannelMessage;
  readonly place: Promise<Place>;
}

/** Numbers the senders of all channels: a short name for the key of what they sent. */
let senderCount = 0;

const SENDER_BYTES = 4;
const ID_BYTES = 16;

/** Where keys are put together: a text of two parts would keep both of them in memory beside itself. */
const keyBytes = Buffer.alloc(SENDER_BYTES + ID_BYTES);

export function logNameOf(channelId: string): string {
  return `channel/${channelId}`;
}

export class Room {
  readonly info: Channel;
  /** The channel's id in hex. */
  readonly id: string;
  readonly members: Members;
  readonly tail: Tail;
  readonly keeper: Keeper;
  readonly #parts: HubParts;
  readonly #senders = new Map<string, number>();
  readonly #pending = new Map<string, Pending>();
  #lastMs = 0;
  #usedMs = performance.now();
  /** Set once the channel is deleted. */
  isDeleted = false;

  private constructor(parts: HubParts, info: Channel, members: Members, tail: Tail, keeper: Keeper) {
    this.#parts = parts;
    this.info = info;
    this.id = toHex(info.channelId);
    this.members = members;
    this.tail = tail;
    this.keeper = keeper;
  }

  static async open(parts: HubParts, info: Channel): Promise<Room> {
    const id = toHex(info.channelId);
    const tail = await Tail.open(parts.store, logNameOf(id), parts.space);
    const members = await Members.load(parts.store.table(MEMBERS_TABLE), id, parts.keys);
    const room = new Room(parts, info, members, tail, await Keeper.open(tail.log, boundsOf(info.retention)));
    await room.#remember();
    return room;
  }

  get standing(): Standing {
    return { channelId: this.id, first: this.keeper.first, last: this.tail.last };
  }

  /** How long nobody has used it; 0 while somebody does. */
  get idleMs(): number {
    return this.tail.isWatched || this.#pending.size > 0 ? 0 : performance.now() - this.#usedMs;
  }

  used(): void {
    this.#usedMs = performance.now();
  }

  summary(withMembers: boolean): ChannelSummary {
    return summaryOf(this.info, this.members, this.standing, withMembers);
  }

  /** Says what a member says, once for each id. Rejects with MESSAGE_ID_REUSED, or what the store says. */
  send(message: ChannelMessage, sender: ChannelMember): Promise<Place> {
    const key = this.#sendKey(keyOf(sender), message.messageId);
    const pending = this.#pending.get(key);
    if (pending) return saysTheSame(pending.message, message) ? pending.place : Promise.reject(messageIdReused());
    const known = this.#parts.sends.get(key);
    if (known !== undefined) return this.#sentBefore(known, message);
    const place = this.#sendNew(key, message);
    this.#pending.set(key, { message, place });
    return place;
  }

  /** One promise for all that follows: at tens of thousands of sends a second each further one is felt. */
  async #sendNew(key: string, message: ChannelMessage): Promise<Place> {
    try {
      const found = await this.#append(message);
      this.#parts.sends.set(key, found.cursor, performance.now());
      return found;
    } finally {
      this.#pending.delete(key);
    }
  }

  /** Makes the caller a member and says so; or takes its new name. Resolves to whether it was none before. */
  async join(caller: Caller, displayName: string): Promise<boolean> {
    const known = this.members.find(caller);
    if (known) {
      await this.#rename(known, displayName || known.displayName, caller.alias);
      return false;
    }
    const member = newMember(caller, displayName, this.#parts.now());
    if (this.members.size >= MAX_MEMBERS) throw channelFull(this.info.name, MAX_MEMBERS);
    this.members.set(member); // at once: of two joins at a time one is told of
    try {
      await this.#append(systemMessage(member, SystemEvent.JOINED), [this.members.writeOf(member)]);
    } catch (error) {
      this.members.remove(member);
      throw error;
    }
    return true;
  }

  /** Resolves to whether it was a member. */
  async leave(caller: Caller): Promise<boolean> {
    const member = this.members.find(caller);
    if (!member) return false;
    this.members.remove(member);
    try {
      await this.#append(systemMessage(member, SystemEvent.LEFT), [this.members.removalOf(member)]);
    } catch (error) {
      this.members.set(member);
      throw error;
    }
    this.tail.wakeAll();
    return true;
  }

  /** The first words of a channel; `beside` makes it. */
  async found(creator: ChannelMember, beside: readonly Write[]): Promise<void> {
    await this.#append(systemMessage(creator, SystemEvent.CREATED), [...beside, this.members.writeOf(creator)]);
    this.members.set(creator);
  }

  close(): void {
    this.tail.close();
  }

  async #rename(known: ChannelMember, displayName: string, alias: string): Promise<void> {
    if (displayName === known.displayName && alias === known.alias) return;
    const member = { ...known, displayName, alias };
    await this.#parts.store.write([this.members.writeOf(member)]);
    this.members.set(member);
  }

  /** Time goes on in a channel, whatever the clock does. */
  #nextMs(): number {
    this.#lastMs = Math.max(this.#lastMs, this.#parts.now());
    return this.#lastMs;
  }

  async #append(message: ChannelMessage, beside?: readonly Write[]): Promise<Place> {
    message.createTime = timestampFromMs(this.#nextMs());
    const bytes = storedBytes(message);
    const cursor = await this.tail.append(bytes, beside);
    this.keeper.added(cursor, bytes.length)?.catch((error: unknown) => this.#parts.failed('trim a channel', error));
    return { cursor, createTime: message.createTime };
  }

  async #sentBefore(cursor: number, message: ChannelMessage): Promise<Place> {
    const entry = await this.tail.at(cursor);
    if (!entry) return { cursor, createTime: undefined }; // gone by now: there is nothing to compare with
    const before = messageOf(entry);
    if (!saysTheSame(before, message)) throw messageIdReused();
    return { cursor, createTime: before.createTime };
  }

  #sendKey(senderKey: string, id: Uint8Array): string {
    const sender = this.#senders.get(senderKey) ?? ++senderCount;
    this.#senders.set(senderKey, sender);
    keyBytes.writeUInt32LE(sender);
    keyBytes.set(id, SENDER_BYTES);
    return keyBytes.toString('latin1');
  }

  #keyOf(ref: AgentRef): string {
    const key = agentKey(ref);
    const member = this.members.find({ key, ref });
    return member ? keyOf(member) : key;
  }

  /** After a start, what was sent lately is known again from the log itself: the newest even where the clock has jumped. */
  async #remember(): Promise<void> {
    const nowMs = performance.now();
    const oldestMs = this.#parts.now() - REMEMBER_MS;
    let before = this.tail.last + 1;
    for (let count = 0; count < REREAD_SENDS; ) {
      const entries = await this.tail.log.read({ before, newestFirst: true });
      for (const entry of entries) {
        const { sender, messageId, createTime } = messageOf(entry);
        const ms = createTime ? timestampMs(createTime) : 0;
        this.#lastMs = Math.max(this.#lastMs, ms);
        if (ms < oldestMs && count >= CERTAIN_SENDS) return;
        count++;
        if (sender) this.#parts.sends.set(this.#sendKey(this.#keyOf(sender), messageId), entry.cursor, nowMs);
      }
      const last = entries.at(-1);
      if (last === undefined || last.cursor <= 1) return;
      before = last.cursor;
    }
  }
}

/** A channel that nobody uses, as it stands on the disk: less work than opening it. */
export async function glance({ store, keys }: HubParts, info: Channel): Promise<ChannelSummary> {
  const id = toHex(info.channelId);
  const members = await Members.load(store.table(MEMBERS_TABLE), id, keys);
  return summaryOf(info, members, await store.log(logNameOf(id)).extent(), false);
}

function summaryOf(
  channel: Channel,
  members: Members,
  { first, last }: Pick<Standing, 'first' | 'last'>,
  withMembers: boolean,
): ChannelSummary {
  return create(ChannelSummarySchema, {
    channel,
    members: withMembers ? members.shown(SHOWN_MEMBERS) : [],
    memberCount: members.size,
    connectedCount: members.connectedCount,
    messageCount: BigInt(last - first + 1),
    firstCursor: BigInt(first),
    lastCursor: BigInt(last),
  });
}

const said: Readonly<Record<number, string>> = {
  [SystemEvent.CREATED]: 'made the channel',
  [SystemEvent.JOINED]: 'joined',
  [SystemEvent.LEFT]: 'left',
};

function systemMessage({ agent, alias, displayName }: ChannelMember, event: SystemEvent): ChannelMessage {
  const name = displayName || `${agent?.agent ?? ''}@${alias}`;
  return create(ChannelMessageSchema, {
    messageId: newRequestId(),
    ...(agent && { sender: agent }),
    senderAlias: alias,
    senderName: displayName,
    type: MessageType.SYSTEM,
    text: `${name} ${said[event] ?? ''}`,
    systemEvent: event,
  });
}
