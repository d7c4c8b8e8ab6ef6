import { create } from '@bufbuild/protobuf';
import type { AgentPresence } from '../../../gen/towline/v1/presence_pb.ts';
import {
  type WatchPresenceResponse,
  WatchPresenceResponseSchema,
} from '../../../gen/towline/v1/presence_service_pb.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { PresenceDirectory } from './directory.ts';
import { isControlPlane } from './view.ts';

interface WatchOptions {
  readonly includeControlPlane: boolean;
  readonly signal: AbortSignal;
}

/** All that the caller may see, then what changes of it. A slow reader gets the newest state of each row, and no more. */
export async function* watchPresence(
  directory: PresenceDirectory,
  principal: Principal,
  { includeControlPlane, signal }: WatchOptions,
): AsyncGenerator<WatchPresenceResponse> {
  const changes = directory.changes.watch(signal);
  /** What the reader has of each place. */
  const shown = new Map<string, AgentPresence['ref']>();
  const isWanted = (row: AgentPresence) => includeControlPlane || !isControlPlane(row);
  const told = (place: string, agent: AgentPresence) => {
    shown.set(place, agent.ref);
    return create(WatchPresenceResponseSchema, { event: { case: 'agent', value: agent } });
  };
  for (const { place, row } of directory.all(principal)) if (isWanted(row)) yield told(place, row);
  yield create(WatchPresenceResponseSchema, { event: { case: 'synced', value: {} } });
  for await (const place of changes) {
    const row = directory.at(place, principal);
    if (row) {
      if (isWanted(row)) yield told(place, row);
      continue;
    }
    const ref = shown.get(place);
    shown.delete(place);
    if (ref) yield create(WatchPresenceResponseSchema, { event: { case: 'removed', value: ref } });
  }
}
