/** A ToolService and a NodeService in memory, for the gateway's face to show. */
import { create } from '@bufbuild/protobuf';
import { Code, type ConnectError, createRouterTransport, type HandlerContext } from '@connectrpc/connect';
import { ChannelService } from '../../../../gen/towline/v1/channel_service_pb.ts';
import { MailboxService } from '../../../../gen/towline/v1/mailbox_service_pb.ts';
import { NodeSchema, PeerSchema, PeerState } from '../../../../gen/towline/v1/node_pb.ts';
import { NodeService } from '../../../../gen/towline/v1/node_service_pb.ts';
import { AgentPresenceSchema, AgentState, AgentStatus } from '../../../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../../../gen/towline/v1/presence_service_pb.ts';
import { type ToolSet, ToolSetSchema } from '../../../../gen/towline/v1/tool_pb.ts';
import {
  type CallToolRequest,
  type CallToolResponse,
  CallToolResponseSchema,
  ToolService,
  type WatchToolsResponse,
  WatchToolsResponseSchema,
} from '../../../../gen/towline/v1/tool_service_pb.ts';
import { AsyncQueue } from '../../../../src/base/async-queue.ts';
import type { FaceClients } from '../../../../src/gateway/mcp/face/view.ts';
import { createClient } from '../../../../src/rpc/client.ts';
import { failure } from '../../../../src/rpc/failure.ts';

export type Run = (request: CallToolRequest, context: HandlerContext) => AsyncIterable<CallToolResponse>;

/** The definition of a tool that takes anything. */
export function definition(name: string, rest = ''): string {
  return `{"name":${JSON.stringify(name)},"inputSchema":{"type":"object"}${rest}}`;
}

/** The tools of one node; each text is a definition, offered by `upstream`. */
export function toolSet(node: string, upstream: string, ...definitions: string[]): ToolSet {
  const tools = definitions.map((definitionJson) => {
    const { name } = JSON.parse(definitionJson) as { name: string };
    return { ref: { node, upstream, name }, definitionJson };
  });
  return create(ToolSetSchema, { node, tools });
}

export function result(text: string): CallToolResponse {
  const isError = (JSON.parse(text) as { isError?: boolean }).isError === true;
  return create(CallToolResponseSchema, { event: { case: 'result', value: { resultJson: text, isError } } });
}

export function progress(value: number, message = ''): CallToolResponse {
  return create(CallToolResponseSchema, { event: { case: 'progress', value: { progress: value, total: 9, message } } });
}

export function log(level: string, dataJson: string): CallToolResponse {
  return create(CallToolResponseSchema, { event: { case: 'log', value: { level, logger: 'fake', dataJson } } });
}

/** An agent of the peer. */
const ada = create(AgentPresenceSchema, {
  alias: 'work',
  ref: { agent: 'ada' },
  state: AgentState.OFFLINE,
  status: AgentStatus.DO_NOT_DISTURB,
  summary: 'sleeps',
});

export class FakeMesh {
  readonly clients: FaceClients;
  /** Every call that arrived. */
  readonly calls: CallToolRequest[] = [];
  /** Whoever calls. */
  readonly agent = create(AgentPresenceSchema, { alias: 'self', ref: { agent: 'me' }, state: AgentState.ONLINE });
  readonly #sets = new Map<string, ToolSet>();
  readonly #runs = new Map<string, Run>();
  readonly #watches = new Set<AsyncQueue<WatchToolsResponse>>();

  constructor(clients: Partial<FaceClients> = {}) {
    const transport = createRouterTransport(({ service }) => {
      service(ToolService, {
        watchTools: (_request, { signal }) => this.#watch(signal),
        callTool: (request, context) => this.#call(request, context),
      });
      service(NodeService, {
        getNode: () => ({ node: create(NodeSchema, { alias: 'self', displayName: 'Here' }) }),
        listPeers: () => ({
          peers: [create(PeerSchema, { node: { alias: 'work' }, state: PeerState.OFFLINE, lastError: 'gone' })],
        }),
      });
      service(PresenceService, {
        listPresence: () => ({ agents: [this.agent, ada] }),
        getPresence: () => ({ agent: this.agent }),
        setStatus: ({ status }) => ({ agent: Object.assign(this.agent, { status }) }),
        setSummary: ({ summary }) => ({ agent: Object.assign(this.agent, { summary }) }),
        setProfile: ({ profile }) => ({ agent: Object.assign(this.agent, { profile }) }),
        setVisibility: ({ visibility }) => ({ agent: Object.assign(this.agent, { visibility }) }),
      });
    });
    this.clients = {
      tools: createClient(ToolService, transport),
      nodes: createClient(NodeService, transport),
      presence: createClient(PresenceService, transport),
      channels: createClient(ChannelService, transport),
      mail: createClient(MailboxService, transport),
      ...clients,
    };
  }

  get watchCount(): number {
    return this.#watches.size;
  }

  offer(set: ToolSet): this {
    this.#sets.set(set.node, set);
    this.#tell({ case: 'toolSet', value: set });
    return this;
  }

  remove(node: string): void {
    this.#sets.delete(node);
    this.#tell({ case: 'removedNode', value: node });
  }

  /** Ends all watches, as a node does that stops. */
  cut(error: ConnectError): void {
    for (const watch of this.#watches) watch.fail(error);
  }

  /** What the tool of this name does. */
  on(name: string, run: Run): this {
    this.#runs.set(name, run);
    return this;
  }

  /** A tool that answers with this text at once. */
  answer(name: string, text: string): this {
    return this.on(name, async function* () {
      yield result(text);
    });
  }

  async *#watch(signal: AbortSignal): AsyncGenerator<WatchToolsResponse> {
    const queue = new AsyncQueue<WatchToolsResponse>();
    signal.addEventListener('abort', () => queue.end());
    this.#watches.add(queue);
    try {
      for (const value of this.#sets.values()) yield eventOf({ case: 'toolSet', value });
      yield eventOf({ case: 'synced', value: { $typeName: 'towline.v1.WatchSynced' } });
      yield* queue;
    } finally {
      this.#watches.delete(queue);
    }
  }

  async *#call(request: CallToolRequest, context: HandlerContext): AsyncGenerator<CallToolResponse> {
    this.calls.push(request);
    const run = this.#runs.get(request.tool?.name ?? '');
    if (!run) throw failure(Code.NotFound, 'TOOL_NOT_FOUND', 'no such tool');
    yield* run(request, context);
  }

  #tell(event: WatchToolsResponse['event']): void {
    for (const watch of this.#watches) watch.push(eventOf(event));
  }
}

function eventOf(event: WatchToolsResponse['event']): WatchToolsResponse {
  return create(WatchToolsResponseSchema, { event });
}
