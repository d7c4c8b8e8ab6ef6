/** ChannelService of a hub, over its own store. */
import { create } from '@bufbuild/protobuf';
import { Code, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { Channel, ChannelSummary } from '../../../gen/towline/v1/channel_pb.ts';
import {
  type ChannelService,
  type CreateChannelRequest,
  CreateChannelResponseSchema,
  DeleteChannelResponseSchema,
  GetChannelResponseSchema,
  JoinChannelResponseSchema,
  LeaveChannelResponseSchema,
  type ListChannelMembersRequest,
  ListChannelMembersResponseSchema,
  type ListChannelsRequest,
  ListChannelsResponseSchema,
  type LiveOpen,
  type SendToChannelRequest,
  SendToChannelResponseSchema,
  type SubscribeChannelRequest,
  type SubscribeChannelResponse,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import { type Log, silentLog } from '../../base/log.ts';
import { newRequestId } from '../../base/request-id.ts';
import { fromLocal } from '../../rpc/failure.ts';
import { page } from '../../rpc/page.ts';
import { principalKey } from '../../rpc/principal.ts';
import type { Store } from '../../store/store.ts';
import { noSuccessions } from '../../trust/roster/successions.ts';
import type { Quota } from '../quota.ts';
import { type Caller, callerOf, isMaker, mayDelete, mayJoin, type SelfView } from './caller.ts';
import { Directory } from './directory.ts';
import { readPage } from './history.ts';
import { SWEEP_MS } from './limits.ts';
import { Live } from './live.ts';
import { orderOf } from './members.ts';
import { messageFrom } from './message.ts';
import { channelExists, channelNotFound, notAMember, notCreator, notInGroup } from './problems.ts';
import { RingSpace } from './ring.ts';
import type { HubParts, Room } from './room.ts';
import { Sends } from './sends.ts';
import { type Entered, streamChannel } from './stream.ts';
import { subscribe } from './subscription.ts';

type Impl = ServiceImpl<typeof ChannelService>;

export interface ChannelsOptions {
  readonly store: Store;
  readonly self: SelfView;
  /** None if absent. */
  readonly quota?: Quota;
  /** Milliseconds since 1970; `Date.now` if absent. */
  readonly now?: () => number;
  readonly log?: Log;
}

/** What the store says when it cannot write or read; anything else of it is a fault. */
const codes: Readonly<Record<string, Code>> = {
  STORE_FULL: Code.ResourceExhausted,
  STORE_BUSY: Code.Unavailable,
  STORE_CLOSED: Code.Unavailable,
  STORE_NOT_WRITABLE: Code.FailedPrecondition,
};

export class Channels {
  readonly #directory: Directory;
  readonly #live = new Live();
  readonly #self: SelfView;
  readonly #sweeping: NodeJS.Timeout;
  #isClosing = false;

  private constructor(directory: Directory, self: SelfView, sweep: () => void) {
    this.#directory = directory;
    this.#self = self;
    this.#sweeping = setInterval(sweep, SWEEP_MS).unref();
  }

  static async open(options: ChannelsOptions): Promise<Channels> {
    const { store, self, quota = () => undefined, now = Date.now, log = silentLog } = options;
    const failed = (what: string, error: unknown) => log.warn(`could not ${what}`, { error: messageOf(error) });
    const sends = new Sends(performance.now());
    const { keys = noSuccessions } = self;
    const parts: HubParts = { store, space: new RingSpace(), sends, quota, keys, now, failed };
    const directory = await Directory.open(parts);
    const sweep = () => void directory.sweep().catch((error: unknown) => failed('look for old messages', error));
    return new Channels(directory, self, sweep);
  }

  /** The implementation to register. */
  get service(): Impl {
    return {
      createChannel: stored((request, context) => this.#create(request, this.#caller(context))),
      listChannels: stored((request, context) => this.#list(request, this.#caller(context))),
      getChannel: stored(async ({ channel }, context) => {
        const { room } = await this.#enter(channel, context);
        return create(GetChannelResponseSchema, { channel: room.summary(true) });
      }),
      deleteChannel: stored((request, context) => this.#delete(request.channel, this.#caller(context))),
      joinChannel: stored(async ({ channel, displayName }, context) => {
        const { room, caller } = await this.#enter(channel, context);
        const joined = await room.join(caller, displayName);
        return create(JoinChannelResponseSchema, { channel: room.summary(true), joined });
      }),
      leaveChannel: stored(async ({ channel }, context) => {
        const { room, caller } = await this.#enter(channel, context);
        const left = await room.leave(caller);
        if (left) this.#live.left(room.id, channel, caller.key);
        return create(LeaveChannelResponseSchema, { left });
      }),
      listChannelMembers: stored(async (request, context) => {
        return membersPage((await this.#enter(request.channel, context)).room, request);
      }),
      sendToChannel: stored((request, context) => this.#send(request, context)),
      readChannel: stored(async (request, context) => {
        return readPage((await this.#enter(request.channel, context)).room, request);
      }),
      subscribeChannel: (request, context) => this.#subscribe(request, context),
      streamChannel: (requests, context) => {
        const enter = (open: LiveOpen) => this.#enterLive(open, context);
        return streamChannel({ requests, signal: context.signal, enter });
      },
    };
  }

  /** Ends all subscriptions. The store is its owner's to close. */
  close(): void {
    this.#isClosing = true;
    clearInterval(this.#sweeping);
    this.#live.close();
    this.#directory.close();
  }

  #caller(context: HandlerContext): Caller {
    return callerOf(context.values.get(principalKey), this.#self);
  }

  /** The channel, if the caller may join it. */
  #find(name: string, caller: Caller): Channel {
    const info = this.#directory.find(name);
    if (!info || !mayJoin(caller, info)) throw channelNotFound(name);
    return info;
  }

  async #enter(name: string, context: HandlerContext): Promise<{ room: Room; caller: Caller }> {
    const caller = this.#caller(context);
    return { room: await this.#directory.room(this.#find(name, caller)), caller };
  }

  async #create(request: CreateChannelRequest, caller: Caller) {
    const { name, groups } = request;
    const requestId = request.requestId ?? newRequestId();
    const known = this.#directory.find(name);
    if (known) {
      const isSame = known.creator?.agent === caller.ref.agent && isMaker(caller, known);
      if (!isSame || !equalBytes(known.createRequestId, requestId)) throw channelExists(name);
      const room = await this.#directory.room(known);
      return create(CreateChannelResponseSchema, { channel: room.summary(true) });
    }
    if (caller.principal.kind === 'peer' || caller.principal.kind === 'program') {
      const own = caller.principal.groups;
      const foreign = groups.find((group) => !own.has(group));
      if (foreign !== undefined) throw notInGroup(foreign);
    }
    const room = await this.#directory.create(request, requestId, caller);
    return create(CreateChannelResponseSchema, { channel: room.summary(true) });
  }

  async #list(request: ListChannelsRequest, caller: Caller) {
    const mine = this.#directory.list().filter((info) => mayJoin(caller, info));
    const { items, nextPageToken } = page(mine, ({ name }) => name, request);
    const channels: ChannelSummary[] = [];
    for (const info of items) channels.push(await this.#directory.glance(info));
    return create(ListChannelsResponseSchema, { channels, nextPageToken });
  }

  async #delete(name: string, caller: Caller) {
    const info = this.#find(name, caller);
    if (!mayDelete(caller, info)) throw notCreator(name);
    const room = await this.#directory.room(info);
    await this.#directory.delete(info);
    this.#live.deleted(room.id, name);
    return create(DeleteChannelResponseSchema);
  }

  #send(request: SendToChannelRequest, context: HandlerContext) {
    const caller = this.#caller(context);
    const room = this.#directory.room(this.#find(request.channel, caller));
    // In use it is sent at once: nothing comes between the order of requests and that of messages.
    return 'then' in room ? room.then((opened) => say(opened, caller, request)) : say(room, caller, request);
  }

  async *#subscribe(
    request: SubscribeChannelRequest,
    context: HandlerContext,
  ): AsyncGenerator<SubscribeChannelResponse> {
    const { room, caller } = await this.#enter(request.channel, context);
    const { signal } = context;
    try {
      yield* subscribe({ room, caller, request, signal, isClosing: () => this.#isClosing });
    } catch (error) {
      throw fromLocal(error, codes);
    }
  }

  async #enterLive({ channel, source }: LiveOpen, context: HandlerContext): Promise<Entered> {
    const { room, caller } = await this.#enter(channel, context);
    if (!room.members.find(caller)) throw notAMember(channel);
    const participant = this.#live.join(room.id, channel, caller, source);
    return { participant, leave: () => this.#live.leave(room.id, participant) };
  }
}

async function say(room: Room, caller: Caller, request: SendToChannelRequest) {
  const member = room.members.find(caller);
  if (!member) throw notAMember(request.channel);
  const message = messageFrom(request, request.requestId ?? newRequestId(), caller, member, room.tail.last);
  const { cursor, createTime } = await room.send(message, member);
  const answer = { $typeName: SendToChannelResponseSchema.typeName, cursor: BigInt(cursor) };
  return createTime ? { ...answer, createTime } : answer;
}

function membersPage(room: Room, request: ListChannelMembersRequest) {
  const { items, nextPageToken } = page(room.members.list(), orderOf, request);
  return create(ListChannelMembersResponseSchema, { members: items, nextPageToken });
}

/** A unary method whose store may fail. */
function stored<Request, Response>(method: (request: Request, context: HandlerContext) => Promise<Response>) {
  return async (request: Request, context: HandlerContext): Promise<Response> => {
    try {
      return await method(request, context);
    } catch (error) {
      throw fromLocal(error, codes);
    }
  };
}
