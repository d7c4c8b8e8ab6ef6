/** The older revisions: a client says hello once, and what it said then counts for the session. */
import { jsonObject } from '../../../base/json-text.ts';
import { type RpcRequest, rpcCode, writeNotification } from '../wire.ts';
import { instructions, legacyCapabilitiesText, serverInfoText } from './about.ts';
import { forLegacy as definitionForLegacy } from './definition.ts';
import { namedResource, readResource, resourcesText, resourceTemplatesText, watchInbox } from './inbox.ts';
import { wakeByMail } from './mail-wake.ts';
import { readPage } from './pages.ts';
import { type RequestParams, stringMember } from './params.ts';
import { batchVersion, fallbackVersion, legacyCode, legacyVersions, logLevels } from './protocol.ts';
import { type Caller, errorResult, Refusal, type Reply } from './reply.ts';
import { forLegacy as resultForLegacy } from './result.ts';
import { callTool, readCall } from './tools-call.ts';
import type { MeshView } from './view.ts';

/** What servers send to a client that has not said what it wants. */
const defaultLogLevel = 'info';

const toolsChanged = writeNotification('notifications/tools/list_changed');

export class LegacySession {
  readonly #view: MeshView;
  readonly #tell: (message: string) => void;
  readonly #stops: (() => void)[] = [];
  /** Who calls, for the record. */
  #agent = '';
  #stopInbox: (() => void) | undefined;
  #version: string | undefined;
  #logLevel = defaultLogLevel;

  /** `tell` sends a message that no request waits for. */
  constructor(view: MeshView, tell: (message: string) => void) {
    this.#view = view;
    this.#tell = tell;
  }

  /** The revision in use; `undefined` before `initialize`. */
  get version(): string | undefined {
    return this.#version;
  }

  /** Whether a message may be an array of messages. */
  get takesBatches(): boolean {
    return this.#version === batchVersion;
  }

  /** From now on the client is somebody, and hears of changes unasked. */
  greet(agent: string): void {
    this.#agent = agent;
    if (this.#stops.length > 0) return;
    this.#stops.push(
      this.#view.catalogue.onChange(() => this.#tell(toolsChanged)),
      wakeByMail(this.#view, agent, this.#tell),
    );
  }

  /** Ends what the client hears unasked. */
  close(): void {
    for (const stop of this.#stops) stop();
    this.#stopInbox?.();
  }

  /** Throws a `Refusal`. */
  async serve({ method }: RpcRequest, params: RequestParams, caller: Caller): Promise<Reply> {
    switch (method) {
      case 'tools/call':
        return this.#call(params, caller);
      case 'tools/list':
        return this.#list(params);
      case 'initialize':
        return this.#initialize(params);
      case 'ping':
        return { result: '{}' };
      case 'logging/setLevel':
        return this.#setLevel(params);
      case 'resources/list':
        return { result: `{${resourcesText}}` };
      case 'resources/templates/list':
        return { result: `{${resourceTemplatesText}}` };
      case 'resources/read':
        return this.#read(params, caller);
      case 'resources/subscribe':
        return this.#subscribe(params);
      case 'resources/unsubscribe':
        return this.#unsubscribe(params);
      default:
        throw new Refusal(rpcCode.methodNotFound, `Method not found: ${method}`);
    }
  }

  #initialize({ members }: RequestParams): Reply {
    if (this.#version !== undefined) throw new Refusal(rpcCode.invalidRequest, 'The session is initialized already');
    const asked = stringMember(members, 'protocolVersion') ?? '';
    this.#version = legacyVersions.includes(asked) ? asked : fallbackVersion;
    const result = jsonObject([
      ['protocolVersion', JSON.stringify(this.#version)],
      ['capabilities', legacyCapabilitiesText],
      ['serverInfo', serverInfoText(this.#view.about)],
      ['instructions', JSON.stringify(instructions)],
    ]);
    return { result };
  }

  #setLevel({ members }: RequestParams): Reply {
    const level = stringMember(members, 'level') ?? '';
    if (!logLevels.includes(level)) throw new Refusal(rpcCode.invalidParams, `Unknown log level: ${level}`);
    this.#logLevel = level;
    return { result: '{}' };
  }

  async #list({ members }: RequestParams): Promise<Reply> {
    const page = await readPage(this.#view.catalogue, stringMember(members, 'cursor'));
    const next = page.next === undefined ? '' : `,"nextCursor":${JSON.stringify(page.next)}`;
    return { result: `{"tools":[${page.definitions.map(definitionForLegacy).join(',')}]${next}}` };
  }

  async #read(params: RequestParams, { cancellation }: Caller): Promise<Reply> {
    const uri = namedResource(params, legacyCode.resourceNotFound);
    return { result: `{${await readResource(this.#view, uri, cancellation)}}` };
  }

  #subscribe(params: RequestParams): Reply {
    namedResource(params, legacyCode.resourceNotFound);
    this.#stopInbox ??= watchInbox(this.#view, this.#tell);
    return { result: '{}' };
  }

  #unsubscribe(params: RequestParams): Reply {
    namedResource(params, legacyCode.resourceNotFound);
    this.#stopInbox?.();
    this.#stopInbox = undefined;
    return { result: '{}' };
  }

  async #call(params: RequestParams, caller: Caller): Promise<Reply> {
    const context = { logLevel: this.#logLevel, capabilities: undefined, agent: this.#agent };
    const reply = await callTool(this.#view, readCall(params, context), caller);
    if ('error' in reply) return reply;
    const result = resultForLegacy(reply.result);
    if (result !== undefined) return { ...reply, result };
    return errorResult('The tool asks for further input, which needs a client of the MCP revision 2026-07-28.');
  }
}
