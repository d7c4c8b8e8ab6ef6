import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { ToolRefSchema } from '../../../gen/towline/v1/tool_pb.ts';
import type { CallToolRequest, CallToolResponse, ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { failure, reasonOf } from '../../rpc/failure.ts';

interface PeerCall {
  readonly alias: string;
  readonly upstream: string;
  /** Who on this node asks, for the peer's record. */
  readonly agent: string;
}

/** How often a call is asked for again after its link was lost. Each ask waits for a new link. */
const maxRetries = 2;

/**
 * Calls a tool of a peer. If the link is lost on the way, the call is asked for again with the same request id: the
 * peer gives the answer that it has, or says that the outcome is unknown; it never runs the tool twice.
 */
export async function* callPeer(
  client: Client<typeof ToolService>,
  request: CallToolRequest,
  call: PeerCall,
  context: HandlerContext,
): AsyncGenerator<CallToolResponse> {
  const asked: CallToolRequest = {
    ...request,
    requestId: request.requestId ?? new Uint8Array(randomBytes(16)),
    agent: call.agent,
    tool: create(ToolRefSchema, { upstream: call.upstream, name: request.tool?.name ?? '' }),
  };
  for (let attempt = 0; ; attempt++) {
    try {
      yield* client.callTool(asked, { signal: context.signal });
      return;
    } catch (error) {
      if (reasonOf(error) !== 'LINK_LOST' || attempt >= maxRetries || context.signal.aborted)
        throw explained(error, call, request);
    }
  }
}

function explained(error: unknown, call: PeerCall, request: CallToolRequest): unknown {
  const reason = reasonOf(error);
  if (reason === 'LINK_LOST') {
    return failure(
      Code.Aborted,
      'OUTCOME_UNKNOWN',
      `the link to ${call.alias} was lost before the answer of ${request.tool?.name} came`,
      {
        permanent: true,
        help: 'look at what the tool would have changed before you call it again',
        cause: error,
      },
    );
  }
  if (error instanceof ConnectError && error.code === Code.Unavailable && reason !== 'UPSTREAM_DOWN') {
    return failure(Code.Unavailable, 'PEER_OFFLINE', `${call.alias} cannot be reached: ${error.rawMessage}`, {
      metadata: { alias: call.alias },
      help: 'see `towline peers`, and whether the node runs there',
      cause: error,
    });
  }
  return error;
}
