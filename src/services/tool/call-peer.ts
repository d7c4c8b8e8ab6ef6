import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { ToolRefSchema } from '../../../gen/towline/v1/tool_pb.ts';
import type { CallToolRequest, CallToolResponse, ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import { newRequestId } from '../../base/request-id.ts';
import { failure, reasonOf } from '../../rpc/failure.ts';

interface PeerCall {
  readonly alias: string;
  readonly upstream: string;
  /** Who on this node asks, for the peer's record. */
  readonly agent: string;
}

/** How long a call whose link was lost waits for the peer to come back: a restart, not an absence. */
const comeBackMs = 10_000;
/** A link that makes way takes no new calls; the next ask goes to the one that stays. */
const maxDrains = 3;
const pause = { baseMs: 250, capMs: 3_000 };

/**
 * Calls a tool of a peer. If the link is lost on the way, the call is asked for again with the same request id: the
 * peer gives the answer that it has, or says that the outcome is unknown; it never runs the tool twice.
 */
export async function* callPeer(
  client: Client<typeof ToolService>,
  request: CallToolRequest,
  call: PeerCall,
  { signal }: HandlerContext,
): AsyncGenerator<CallToolResponse> {
  const asked: CallToolRequest = {
    ...request,
    requestId: request.requestId ?? newRequestId(),
    agent: call.agent,
    tool: create(ToolRefSchema, { upstream: call.upstream, name: request.tool?.name ?? '' }),
  };
  let giveUpMs: number | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      yield* client.callTool(asked, { signal });
      return;
    } catch (error) {
      if (reasonOf(error) === 'LINK_LOST') giveUpMs ??= Date.now() + comeBackMs;
      if (reasonOf(error) === 'LINK_DRAINING' && attempt < maxDrains) continue;
      if (giveUpMs === undefined || !isOutage(error) || signal.aborted) throw offline(error, call);
      if (Date.now() >= giveUpMs) throw outcomeUnknown(error, call);
      await sleep(fullJitter(attempt, pause), undefined, { signal });
    }
  }
}

/** Whether the peer was not reached, rather than reached and unwilling. */
function isOutage(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Unavailable && reasonOf(error) !== 'UPSTREAM_DOWN';
}

function outcomeUnknown(cause: unknown, { alias }: PeerCall) {
  return failure(Code.Aborted, 'OUTCOME_UNKNOWN', `the link to ${alias} was lost before the tool's answer came`, {
    permanent: true,
    metadata: { alias },
    help: 'look at what the tool would have changed before you call it again',
    cause,
  });
}

function offline(error: unknown, { alias }: PeerCall): unknown {
  if (!isOutage(error)) return error;
  return failure(
    Code.Unavailable,
    'PEER_OFFLINE',
    `${alias} cannot be reached: ${ConnectError.from(error).rawMessage}`,
    {
      metadata: { alias },
      help: 'see `towline peers`, and whether the node runs there',
      cause: error,
    },
  );
}
