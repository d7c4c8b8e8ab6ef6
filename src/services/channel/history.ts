/** ReadChannel: a page of what was said. */
import { create } from '@bufbuild/protobuf';
import {
  type ReadChannelRequest,
  type ReadChannelResponse,
  ReadChannelResponseSchema,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import { DEFAULT_PAGE, PAGE_BYTES } from './limits.ts';
import { cursorAhead } from './problems.ts';
import { messageOf } from './record.ts';
import type { Room } from './room.ts';

export async function readPage(room: Room, request: ReadChannelRequest): Promise<ReadChannelResponse> {
  const { standing, tail } = room;
  const { after = 0n, before, newestFirst } = request;
  if (after > BigInt(standing.last)) throw cursorAhead(after, standing);
  const end = before === undefined || before > BigInt(standing.last) ? standing.last + 1 : Number(before);
  const page = {
    after: Number(after),
    before: end,
    limit: request.pageSize || DEFAULT_PAGE,
    maxBytes: PAGE_BYTES,
    newestFirst,
  };
  const entries = await tail.log.read(page);
  const at = entries.at(-1)?.cursor;
  const isLast = newestFirst
    ? at === undefined || at - 1 <= Math.max(page.after, room.keeper.first - 1)
    : at === undefined || at + 1 >= end;
  return create(ReadChannelResponseSchema, {
    messages: entries.map(messageOf),
    hasMore: !isLast,
    firstCursor: BigInt(standing.first),
    lastCursor: BigInt(standing.last),
  });
}
