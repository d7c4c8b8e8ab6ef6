/** The tools of an attached agent, as a supplier of tools to its node. */
import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { UpstreamState, type UpstreamStatus, UpstreamStatusSchema } from '../../../gen/towline/v1/tool_pb.ts';
import {
  type ToolService,
  type WatchToolsResponse,
  WatchToolsResponseSchema,
} from '../../../gen/towline/v1/tool_service_pb.ts';
import type { Session } from './session.ts';
import type { Uplinks } from './uplinks.ts';

/** How the node calls the tools of its agents: one supplier for all of them, told apart by the upstream's name. */
export function createUplinkCalls(uplinks: Uplinks): Pick<ServiceImpl<typeof ToolService>, 'callTool'> {
  return {
    callTool: (request, { signal }) => uplinks.session(request.tool?.upstream ?? '').calls.call(request, signal),
  };
}

/** What one agent offers, now and after each change. Not by a call: a call that waits for ever costs memory for each agent. */
export async function* watchUplinkTools(session: Session, signal: AbortSignal): AsyncGenerator<WatchToolsResponse> {
  const changes = session.changes.watch(signal);
  yield toolSet(session);
  yield create(WatchToolsResponseSchema, { event: { case: 'synced', value: {} } });
  for await (const _ of changes) yield toolSet(session);
}

function toolSet({ tools }: Session): WatchToolsResponse {
  return create(WatchToolsResponseSchema, { event: { case: 'toolSet', value: { node: 'self', tools: [...tools] } } });
}

export function statusOf({ upstream, tools, software }: Session, share: readonly string[]): UpstreamStatus {
  const state = UpstreamState.READY;
  return create(UpstreamStatusSchema, { name: upstream, state, toolCount: tools.length, software, share: [...share] });
}
