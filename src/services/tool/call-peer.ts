import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError } from '@connectrpc/connect';
import { ToolRefSchema } from '../../../gen/towline/v1/tool_pb.ts';
import type { CallToolRequest, CallToolResponse, ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import type { Cancellation } from '../../base/cancellation.ts';
import { newRequestId } from '../../base/request-id.ts';
import { actingFor } from '../../rpc/acting-agent.ts';
import { failure, reasonOf } from '../../rpc/failure.ts';
import { agentOf, type Principal } from '../../rpc/principal.ts';

/** Where a call goes, and for whom. */
export interface PeerRoute {
  readonly alias: string;
  readonly upstream: string;
  /** Who on this node asks, for the peer's record. */
  readonly principal: Principal;
}

/** How long a call whose link was lost waits for the peer to come back: a restart, not an absence. */
const comeBackMs = 10_000;
/** A link that makes way takes no new calls; the next ask goes to the one that stays. */
const maxDrains = 3;
const pause = { baseMs: 250, capMs: 3_000 };

/**
 * A call of a peer's tool. If the link is lost on the way, the call is asked for again with the same request id: the
 * peer gives the answer that it has, or says that the outcome is unknown; it never runs the tool twice.
 */
export class PeerCall implements AsyncIterableIterator<CallToolResponse> {
  readonly #client: Client<typeof ToolService>;
  readonly #request: CallToolRequest;
  readonly #route: PeerRoute;
  readonly #cancellation: Cancellation;
  #answers: AsyncIterator<CallToolResponse>;
  #attempt = 0;
  #giveUpMs: number | undefined;
  #askedMs = 0;

  /** Asks at once. */
  constructor(
    client: Client<typeof ToolService>,
    request: CallToolRequest,
    route: PeerRoute,
    cancellation: Cancellation,
  ) {
    this.#client = client;
    this.#route = route;
    this.#cancellation = cancellation;
    this.#request = {
      ...request,
      requestId: request.requestId ?? newRequestId(),
      agent: agentOf(route.principal),
      tool: create(ToolRefSchema, { upstream: route.upstream, name: request.tool?.name ?? '' }),
    };
    this.#answers = this.#ask();
  }

  async next(): Promise<IteratorResult<CallToolResponse>> {
    for (;;) {
      try {
        return await this.#answers.next();
      } catch (error) {
        await this.#recover(error);
        this.#answers = this.#ask();
      }
    }
  }

  async return(): Promise<IteratorResult<CallToolResponse>> {
    await this.#answers.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #ask(): AsyncIterator<CallToolResponse> {
    this.#askedMs = Date.now();
    return this.#client.callTool(this.#request, actingFor(this.#route.principal))[Symbol.asyncIterator]();
  }

  /** Resolves when the call should be asked for again; throws what the caller is to hear if not. */
  async #recover(error: unknown): Promise<void> {
    const attempt = this.#attempt++;
    if (reasonOf(error) === 'LINK_LOST') this.#noteLoss(Date.now());
    if (reasonOf(error) === 'LINK_DRAINING' && attempt < maxDrains) return;
    if (this.#giveUpMs === undefined || !isOutage(error) || this.#cancellation.isCanceled)
      throw offline(error, this.#route);
    if (Date.now() >= this.#giveUpMs) throw outcomeUnknown(error, this.#route);
    await sleep(fullJitter(attempt, pause), undefined, { signal: this.#cancellation.signal });
  }

  /** The wait begins with the first loss, and anew when there was a link for longer than a wait: that one was found. */
  #noteLoss(nowMs: number): void {
    const hadLink = nowMs - this.#askedMs > comeBackMs;
    if (this.#giveUpMs === undefined || hadLink) this.#giveUpMs = nowMs + comeBackMs;
  }
}

/** Whether the peer was not reached, rather than reached and unwilling. */
function isOutage(error: unknown): boolean {
  return error instanceof ConnectError && error.code === Code.Unavailable && reasonOf(error) !== 'UPSTREAM_DOWN';
}

function outcomeUnknown(cause: unknown, { alias }: PeerRoute) {
  return failure(Code.Aborted, 'OUTCOME_UNKNOWN', `the link to ${alias} was lost before the tool's answer came`, {
    permanent: true,
    metadata: { alias },
    help: 'look at what the tool would have changed before you call it again',
    cause,
  });
}

function offline(error: unknown, { alias }: PeerRoute): unknown {
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
