/** ToolService of a node: its own tools, and for its own agents those of its peers. */
import { create, toBinary } from '@bufbuild/protobuf';
import { type Client, Code, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import { type ToolSet, ToolSetSchema } from '../../../gen/towline/v1/tool_pb.ts';
import {
  type CallToolRequest,
  type CallToolResponse,
  type ListToolsRequest,
  ListToolsResponseSchema,
  type ToolService,
  type WatchToolsResponse,
  WatchToolsResponseSchema,
} from '../../../gen/towline/v1/tool_service_pb.ts';
import { Broadcast } from '../../base/broadcast.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import { jsonMembers } from '../../base/json-text.ts';
import type { Log } from '../../base/log.ts';
import { cancellationOf } from '../../rpc/context.ts';
import { failure } from '../../rpc/failure.ts';
import type { PolicyGate, ToolPlace } from '../../rpc/policy.ts';
import { type Principal, principalKey, principalText } from '../../rpc/principal.ts';
import type { KeyedTable } from '../../store/store.ts';
import { Admission } from './admission.ts';
import { PeerCall, type PeerRoute } from './call-peer.ts';
import { digestOf } from './intent.ts';
import { Intents } from './intents.ts';
import { LocalTools } from './local-tools.ts';
import { OnceOnly, outcomeUnknown } from './once.ts';
import { pageOf } from './page.ts';
import { PeerTools } from './peer-tools.ts';
import type { CallSource } from './running-call.ts';
import { selfAlias } from './self.ts';
import { findTarget, type Target } from './target.ts';
import { isLocal, mayHear } from './visibility.ts';

export interface ToolServiceOptions {
  /** Where the intents of calls are kept. */
  readonly intents: KeyedTable;
  /** The ToolService of a trusted peer, dialed when it is called; `undefined` for an alias that nobody has. */
  readonly peerClient: (alias: string) => Client<typeof ToolService> | undefined;
  /** What stands before calls. If absent, sharing alone decides. */
  readonly gate?: PolicyGate;
  /** How often the caller hears that its call waits for a person. */
  readonly waitProgressMs?: number;
  readonly log: Log;
}

export class ToolDirectory {
  readonly changes = new Broadcast<string>();
  readonly local: LocalTools;
  readonly peers: PeerTools;
  readonly #once: OnceOnly;
  readonly #peerClient: ToolServiceOptions['peerClient'];
  readonly #gate: PolicyGate;
  readonly #admission: Admission;

  constructor(options: ToolServiceOptions) {
    this.#gate = options.gate ?? {};
    this.#admission = new Admission(this.#gate, options.waitProgressMs);
    this.local = new LocalTools(this.changes, this.#gate, options.log);
    this.peers = new PeerTools(this.changes, options.log);
    this.#once = new OnceOnly(new Intents(options.intents), options.log);
    this.#peerClient = options.peerClient;
  }

  /** The implementation to register. */
  get service(): ServiceImpl<typeof ToolService> {
    return {
      listTools: (request, context) => this.#list(request, context.values.get(principalKey)),
      watchTools: (_request, context) => this.#watch(context.values.get(principalKey), context.signal),
      callTool: (request, context) => this.#call(request, context),
    };
  }

  /** The policy changed: everybody who watches is told what there is now. */
  policyChanged(): void {
    for (const node of [selfAlias, ...this.peers.aliases]) this.changes.changed(node);
  }

  /** "NODE/UPSTREAM/TOOL" of all that there is, whoever may see it. */
  everyTool(): string[] {
    const sets = [this.local.everything(), ...this.peers.aliases.map((alias) => this.peers.set(alias))];
    return sets.flatMap((set) => set?.tools.map(({ ref }) => `${ref?.node}/${ref?.upstream}/${ref?.name}`) ?? []);
  }

  close(): void {
    this.#once.close();
    this.local.close();
    this.peers.close();
  }

  #list(request: ListToolsRequest, principal: Principal) {
    const nodes = request.node === '' ? this.#nodes(principal) : [request.node];
    const tools = nodes.flatMap((node) => this.#view(node, principal)?.tools ?? []);
    const { items, nextPageToken } = pageOf(tools, request.pageSize, request.pageToken);
    return create(ListToolsResponseSchema, { tools: items, nextPageToken });
  }

  async *#watch(principal: Principal, signal: AbortSignal): AsyncGenerator<WatchToolsResponse> {
    const changes = this.changes.watch(signal);
    const sent = new Map<string, Uint8Array>();
    for (const node of this.#nodes(principal)) {
      const event = this.#changeOf(node, principal, sent);
      if (event) yield event;
    }
    yield create(WatchToolsResponseSchema, { event: { case: 'synced', value: {} } });
    for await (const node of changes) {
      const event = this.#changeOf(node, principal, sent);
      if (event) yield event;
    }
  }

  /** What to tell a watcher of `node`, if that differs from what it was told last. */
  #changeOf(node: string, principal: Principal, sent: Map<string, Uint8Array>): WatchToolsResponse | undefined {
    const set = this.#view(node, principal);
    if (!set) {
      if (!sent.delete(node)) return undefined;
      return create(WatchToolsResponseSchema, { event: { case: 'removedNode', value: node } });
    }
    const bytes = toBinary(ToolSetSchema, set);
    const before = sent.get(node);
    if (before && equalBytes(before, bytes)) return undefined;
    sent.set(node, bytes);
    return create(WatchToolsResponseSchema, { event: { case: 'toolSet', value: set } });
  }

  #nodes(principal: Principal): string[] {
    return isLocal(principal) ? [selfAlias, ...this.peers.aliases] : [selfAlias];
  }

  #view(node: string, principal: Principal): ToolSet | undefined {
    if (node === selfAlias) return this.local.view(principal);
    const set = isLocal(principal) ? this.peers.set(node) : undefined;
    const { policy } = this.#gate;
    if (!set || (principal.scopes === undefined && policy === undefined)) return set;
    const tools = set.tools.filter(({ ref }) => {
      const place = { node, upstream: ref?.upstream ?? '', name: ref?.name ?? '' };
      return mayHear(principal, place) && policy?.sees(principal, place) !== false;
    });
    return { ...set, tools };
  }

  #call(request: CallToolRequest, context: HandlerContext): AsyncIterable<CallToolResponse> {
    const principal = context.values.get(principalKey);
    const ref = request.tool;
    if (!ref) throw new LocalError('INVALID_REQUEST', 'the request names no tool');
    const key = request.requestId && `${principalText(principal)}/${toHex(request.requestId)}`;
    let target: Target;
    try {
      target = findTarget(ref, principal, this.local, this.peers, this.#gate.policy);
    } catch (error) {
      return this.#notFound(key, error);
    }
    if (target.kind === 'peer') return this.#callPeer(request, { ...target, principal }, context);
    checkArguments(request.argumentsJson);
    const { source } = target;
    const run = () => source.client.callTool({ ...request, tool: { ...ref, node: selfAlias, upstream: source.name } });
    // Asked again, a call was decided on before, and is neither counted nor asked for twice.
    const isNew = key === undefined || !this.#once.holds(key);
    const admitted = isNew ? this.#admit(request, this.local.place(source, ref.name), context, run) : run;
    if (key === undefined) return admitted();
    return this.#once.run({ key, digest: digestOf(request) }, cancellationOf(context), admitted);
  }

  /** The run, behind what the policy says. Throws where that is no. */
  #admit(request: CallToolRequest, place: ToolPlace, context: HandlerContext, run: CallSource): CallSource {
    if (this.#gate.policy === undefined) return run;
    const asked = this.#admission.check(context.values.get(principalKey), request, place);
    return asked ? this.#admission.after(asked, request.progress, cancellationOf(context), run) : run;
  }

  #callPeer(request: CallToolRequest, route: PeerRoute, context: HandlerContext): AsyncIterable<CallToolResponse> {
    const client = this.#peerClient(route.alias);
    if (!client) throw unknownPeer(route.alias);
    const { alias, upstream } = route;
    const run = () => new PeerCall(client, request, route, cancellationOf(context));
    const place = { node: alias, upstream, name: request.tool?.name ?? '' };
    return this.#admit(request, place, context, run)();
  }

  /** A tool that is not there (yet, after a restart) may have run under this key before: then nobody knows how it ended. */
  // biome-ignore lint/correctness/useYield: it only ever fails
  async *#notFound(key: string | undefined, error: unknown): AsyncGenerator<CallToolResponse> {
    throw key !== undefined && (await this.#once.knows(key)) ? outcomeUnknown() : error;
  }
}

/** Arguments run as the exact text that was sent: it must be one object that no two readers take differently. */
function checkArguments(text: string): void {
  if (text === '') return;
  try {
    jsonMembers(text);
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
    throw failure(Code.InvalidArgument, 'ARGUMENTS_NOT_JSON', `the tool's arguments: ${error.message}`, {
      permanent: true,
      metadata: { ...error.metadata, cause: error.reason },
      help: 'give one JSON object, each member once',
    });
  }
}

function unknownPeer(alias: string) {
  return failure(Code.NotFound, 'PEER_UNKNOWN', `no peer has the alias ${alias}`, {
    permanent: true,
    metadata: { alias },
    help: 'list the peers with `towline peers`',
  });
}
