/** What is done to a row that a peer sends. */
import { type Timestamp, timestampNow } from '@bufbuild/protobuf/wkt';
import { type AgentPresence, AgentPresenceSchema, AgentState } from '../../../gen/towline/v1/presence_pb.ts';
import { messageOf } from '../../base/errors.ts';
import { checkMessage } from '../../rpc/interceptors/validate.ts';

/** What is wrong with a row, if anything: a node speaks of its own agents alone. */
export async function faultOf(row: AgentPresence, isOwn: (nodeId: Uint8Array) => boolean): Promise<string | undefined> {
  try {
    await checkMessage(AgentPresenceSchema, row);
  } catch (error) {
    return messageOf(error);
  }
  return row.ref && isOwn(row.ref.nodeId) ? undefined : 'it names an agent of another node';
}

/** Times of a clock that runs ahead of ours are now: nobody was seen tomorrow. */
export function inOurTime(row: AgentPresence): AgentPresence {
  const now = timestampNow();
  const { connectTime, lastSeenTime, ...rest } = row;
  return {
    ...rest,
    ...(connectTime && { connectTime: earlier(connectTime, now) }),
    ...(lastSeenTime && { lastSeenTime: earlier(lastSeenTime, now) }),
  };
}

/** The row of an agent whose node cannot be reached any more. */
export function wentOffline(row: AgentPresence): AgentPresence {
  const { connectTime: _, ...rest } = row;
  return { ...rest, state: AgentState.OFFLINE, sessions: [], lastSeenTime: timestampNow() };
}

function earlier(left: Timestamp, right: Timestamp): Timestamp {
  return left.seconds < right.seconds ? left : right;
}
