/** One reader of a channel: from its place to the end, and then whatever comes. */
import { create, fromBinary } from '@bufbuild/protobuf';
import { type ChannelMember, ChannelMessageSchema } from '../../../gen/towline/v1/channel_pb.ts';
import {
  type SubscribeChannelRequest,
  type SubscribeChannelResponse,
  SubscribeChannelResponseSchema,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { type Caller, mayJoin } from './caller.ts';
import { keyOf } from './members.ts';
import { channelDeleted, channelNotFound, channelReset, cursorAhead, hubClosing, notAMember } from './problems.ts';
import { batchOf, messageOf } from './record.ts';
import type { Run } from './ring.ts';
import type { Room } from './room.ts';
import type { Waiter } from './tail.ts';

type Event = SubscribeChannelResponse['event'];

const eventOf = (event: Event) => create(SubscribeChannelResponseSchema, { event });

/** Waits for news without a queue: however often it is woken before it looks, it looks once. */
class News implements Waiter {
  #isStale = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#isStale = true;
    this.#resolve?.();
    this.#resolve = undefined;
  }

  /** What was told up to now is known. */
  seen(): void {
    this.#isStale = false;
  }

  next(): Promise<void> {
    if (this.#isStale) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

export interface SubscriptionParts {
  readonly room: Room;
  readonly caller: Caller;
  readonly request: SubscribeChannelRequest;
  readonly signal: AbortSignal;
  /** Whether the hub is about to end. */
  readonly isClosing: () => boolean;
}

/** Throws NOT_A_MEMBER, CURSOR_AHEAD or CHANNEL_RESET before the first event. */
export async function* subscribe(parts: SubscriptionParts): AsyncGenerator<SubscribeChannelResponse> {
  const { room, signal } = parts;
  const member = checkStays(parts);
  let cursor = await startOf(parts);
  const { tail } = room;
  const news = new News();
  tail.watch(news);
  const disconnect = room.members.connect(keyOf(member));
  const wake = () => news.wake();
  signal.addEventListener('abort', wake);
  try {
    yield opened(room);
    let caughtUpAt: number | undefined = tail.last;
    while (!signal.aborted) {
      checkStays(parts);
      if (caughtUpAt !== undefined && cursor >= caughtUpAt) {
        yield eventOf({ case: 'caughtUp', value: { $typeName: 'towline.v1.CaughtUp', cursor: BigInt(caughtUpAt) } });
        caughtUpAt = undefined;
      }
      news.seen();
      if (cursor >= tail.last) {
        await news.next();
        continue;
      }
      const found = await tail.after(cursor);
      cursor = 'run' in found ? found.run.last : found.missing.last;
      const event = 'run' in found ? withoutOwn(found.run, parts) : missing(found.missing);
      if (event) yield event;
    }
  } finally {
    signal.removeEventListener('abort', wake);
    disconnect();
    tail.unwatch(news);
  }
}

/** The member, or throws why the subscription may not go on. Asked at each event: groups of a peer change, members leave. */
function checkStays({ room, caller, isClosing }: SubscriptionParts): ChannelMember {
  const { name } = room.info;
  if (room.isDeleted) throw channelDeleted(name);
  if (isClosing()) throw hubClosing();
  if (!mayJoin(caller, room.info)) throw channelNotFound(name);
  const member = room.members.find(caller);
  if (!member) throw notAMember(name);
  return member;
}

/** The cursor behind which the subscription begins. */
async function startOf({ room, request: { start } }: SubscriptionParts): Promise<number> {
  const { standing } = room;
  if (start.case === 'newestCount') return Math.max(standing.first - 1, standing.last - start.value);
  if (start.case !== 'after') return standing.first - 1;
  const { cursor, channelId, messageId } = start.value;
  if (channelId && !equalBytes(channelId, room.info.channelId)) throw channelReset(standing);
  if (cursor > BigInt(standing.last)) throw cursorAhead(cursor, standing);
  const entry = messageId && cursor > 0n ? await room.tail.at(Number(cursor)) : undefined;
  if (entry && messageId && !equalBytes(messageOf(entry).messageId, messageId)) throw channelReset(standing);
  return Number(cursor);
}

/** The run without what came by the reader's own connection; nothing if nothing else is in it. */
function withoutOwn(run: Run, { request: { connectionId }, caller }: SubscriptionParts) {
  if (connectionId === undefined) return run.event();
  const others = run.deliveries.filter((delivery) => {
    const { connectionId: by, sender } = fromBinary(ChannelMessageSchema, delivery.encoded);
    const isSame = by !== undefined && equalBytes(by, connectionId);
    return !isSame || sender?.agent !== caller.ref.agent || !equalBytes(sender.nodeId, caller.ref.nodeId);
  });
  if (others.length === run.deliveries.length) return run.event();
  return others.length === 0 ? undefined : batchOf(others);
}

function opened({ info, standing }: Room): SubscribeChannelResponse {
  const { first, last } = standing;
  const value = { channelId: info.channelId, firstCursor: BigInt(first), lastCursor: BigInt(last) };
  return eventOf({ case: 'opened', value: { $typeName: 'towline.v1.SubscriptionOpened', ...value } });
}

function missing({ first, last }: { first: number; last: number }): SubscribeChannelResponse {
  const value = { firstCursor: BigInt(first), lastCursor: BigInt(last) };
  return eventOf({ case: 'missing', value: { $typeName: 'towline.v1.MessagesMissing', ...value } });
}
