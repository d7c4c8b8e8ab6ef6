/** `towline channel follow`: what is said, as it is said, also when the node or its hub is away for a while. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { ChannelMessageSchema, type ChannelPositionSchema } from '../../gen/towline/v1/channel_pb.ts';
import {
  ChannelService,
  type SubscribeChannelResponse,
  type SubscriptionOpened,
} from '../../gen/towline/v1/channel_service_pb.ts';
import { fullJitter } from '../base/backoff.ts';
import { messageOf } from '../base/errors.ts';
import { reasonOf } from '../rpc/failure.ts';
import { nodeClient } from './client.ts';
import { listenForInterrupt } from './interrupt.ts';
import type { Io } from './io.ts';
import { renderMessage } from './render/channels.ts';
import { jsonOf } from './render/json.ts';

/** Where to begin. */
export type FollowFrom =
  | { readonly newestCount: number }
  | { readonly after: MessageInitShape<typeof ChannelPositionSchema> };

const pause = { baseMs: 250, capMs: 3_000 };

/** The hub has lost what was seen last: a few of the newest show where the talk is. */
const newestAfterReset = 20;

/** Until Ctrl-C. Each message is shown once: after a break it goes on behind the last one. */
export async function followChannel(io: Io, channel: string, from: FollowFrom): Promise<void> {
  using interrupt = listenForInterrupt();
  const { signal } = interrupt;
  const place = new Place(from);
  for (let attempt = 0; !signal.aborted; ) {
    try {
      const channels = await nodeClient(io.home, ChannelService);
      for await (const event of channels.subscribeChannel({ channel, start: place.start() }, { signal })) {
        attempt = 0;
        show(io, event, place);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isReset(error)) place.reset();
      else if (!isPassing(error)) throw error;
      io.note(`${ConnectError.from(error).rawMessage || messageOf(error)}; asking again`);
    }
    await sleep(fullJitter(attempt++, pause), undefined, { signal }).catch(() => undefined);
  }
}

class Place {
  #from: FollowFrom;
  #channelId: Uint8Array | undefined;

  constructor(from: FollowFrom) {
    this.#from = from;
  }

  start() {
    return 'after' in this.#from
      ? ({ case: 'after', value: this.#from.after } as const)
      : ({ case: 'newestCount', value: this.#from.newestCount } as const);
  }

  /** Where the subscription began is known now: what comes before the first message is not lost by a break. */
  opened({ channelId, firstCursor, lastCursor }: SubscriptionOpened): void {
    this.#channelId = channelId;
    if ('after' in this.#from) return;
    const begin = lastCursor - BigInt(this.#from.newestCount);
    this.seen(begin < firstCursor - 1n ? firstCursor - 1n : begin);
  }

  seen(cursor: bigint, messageId?: Uint8Array): void {
    const channelId = this.#channelId;
    this.#from = { after: { cursor, ...(channelId && { channelId }), ...(messageId && { messageId }) } };
  }

  reset(): void {
    this.#from = { newestCount: newestAfterReset };
  }
}

function show(io: Io, { event }: SubscribeChannelResponse, place: Place): void {
  if (event.case === 'opened') place.opened(event.value);
  if (event.case === 'missing') {
    io.note(`messages ${event.value.firstCursor} to ${event.value.lastCursor} are kept no longer`);
    place.seen(event.value.lastCursor);
  }
  if (event.case !== 'messages') return;
  for (const message of event.value.messages) {
    io.print(io.json ? JSON.stringify(jsonOf(ChannelMessageSchema, message)) : renderMessage(io.style, message));
    place.seen(message.cursor, message.messageId);
  }
}

function isReset(error: unknown): boolean {
  return ['CURSOR_AHEAD', 'CHANNEL_RESET'].includes(reasonOf(error) ?? '');
}

/** The node or its hub is away, or on its way down. */
function isPassing(error: unknown): boolean {
  if (reasonOf(error) === 'NODE_NOT_RUNNING') return true;
  return error instanceof ConnectError && [Code.Unavailable, Code.Unknown, Code.Canceled].includes(error.code);
}
