/**
 * An MCP server that this node runs or dials, as a ToolService of its own: the view of a single node, "self", with a
 * single upstream. `node/` puts several of them together.
 */
import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import {
  type Tool,
  UpstreamState,
  type UpstreamStatus,
  UpstreamStatusSchema,
} from '../../../../gen/towline/v1/tool_pb.ts';
import type { ToolService, WatchToolsResponse } from '../../../../gen/towline/v1/tool_service_pb.ts';
import { cancellationOf } from '../../../rpc/context.ts';
import { type CallSite, runCall } from './call.ts';
import type { OpenChannel } from './channel.ts';
import { hideInCall, hideInTools } from './hide.ts';
import { openHttp } from './http.ts';
import { isOffered, offeredTools, selfAlias, toolNotFound, toolPage } from './offer.ts';
import { type ResolvedOptions, resolveOptions, type UpstreamOptions } from './options.ts';
import { readSecrets } from './secrets.ts';
import type { UpstreamSpec } from './spec.ts';
import { openSse } from './sse.ts';
import { newStderrRing, openStdio } from './stdio.ts';
import { Supervisor } from './supervisor.ts';
import { sameTools, type ToolTexts } from './tool-list.ts';
import { watchTools } from './watch.ts';

type UpstreamService = Pick<ServiceImpl<typeof ToolService>, 'listTools' | 'watchTools' | 'callTool'>;

export interface Upstream {
  readonly name: string;
  /** The groups that its tools are shared with. */
  readonly share: readonly string[];
  readonly service: UpstreamService;
  status(): UpstreamStatus;
  /** The end of what it printed on its standard error (256 KiB), and lines on its output that were no messages. */
  stderr(): string;
  /** Calls `listener` when the tools or the status changed; returns what ends that. */
  onChange(listener: () => void): () => void;
  /** Begins to keep it running. Nothing happens if it is disabled, or was started. */
  start(): void;
  /** Ends it; resolves when nothing of it runs any more. */
  stop(): Promise<void>;
}

/** Makes an upstream; nothing runs before `start`. */
export function createUpstream(spec: UpstreamSpec, options: UpstreamOptions = {}): Upstream {
  return new RunningUpstream(spec, resolveOptions(options));
}

const noTools: ToolTexts = new Map();

class RunningUpstream implements Upstream {
  readonly service: UpstreamService;
  readonly #spec: UpstreamSpec;
  readonly #options: ResolvedOptions;
  readonly #supervisor: Supervisor;
  readonly #stderr = newStderrRing();
  readonly #listeners = new Set<() => void>();
  /** Whether it has secrets. */
  readonly #hides: boolean;
  /** The values that the redactor knows, and what makes it forget them. */
  readonly #hidden = new Map<string, () => void>();
  #texts: ToolTexts = noTools;
  #tools: readonly Tool[] = [];
  #forgetTimer: NodeJS.Timeout | undefined;

  constructor(spec: UpstreamSpec, options: ResolvedOptions) {
    this.#spec = spec;
    this.#options = { ...options, log: options.log.child({ upstream: spec.name }) };
    this.#hides = Object.keys(spec.secrets ?? {}).length > 0;
    this.#supervisor = new Supervisor(spec, this.#options, this.#opener(), {
      tools: (texts) => this.#onTools(texts),
      state: () => this.#onState(),
      lastWords: () => this.#stderr.lastLine(300, (text) => this.#options.redactor.known(text)),
    });
    this.service = this.#serve();
  }

  get name(): string {
    return this.#spec.name;
  }

  get share(): readonly string[] {
    return this.#spec.share;
  }

  status(): UpstreamStatus {
    const { state, restartCount } = this.#supervisor;
    const error = this.#options.redactor.known(this.#supervisor.error);
    const software = this.#options.redactor.known(this.#supervisor.software);
    const { name, share } = this.#spec;
    const toolCount = this.#tools.length;
    return create(UpstreamStatusSchema, { name, state, error, toolCount, restartCount, software, share: [...share] });
  }

  stderr(): string {
    return this.#options.redactor.known(this.#stderr.text());
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (!this.#spec.disabled) this.#supervisor.start();
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop();
    for (const forget of this.#hidden.values()) forget();
    this.#hidden.clear();
  }

  #serve(): UpstreamService {
    const site: CallSite = {
      options: this.#options,
      timeoutMs: this.#spec.timeoutMs,
      connection: (cancellation) => this.#supervisor.connection(cancellation),
      definition: (name) => this.#texts.get(name),
    };
    return {
      listTools: ({ node, pageSize, pageToken }) => toolPage(this.#toolsOf(node), pageSize, pageToken),
      watchTools: (_request, { signal }) => this.#watch(signal),
      callTool: (request, context) => {
        this.#checkRef(request.tool);
        const events = runCall(site, request, cancellationOf(context));
        return this.#hides ? hideInCall(events, this.#options.redactor) : events;
      },
    };
  }

  #watch(signal: AbortSignal): AsyncIterable<WatchToolsResponse> {
    const snapshot = () => ({ node: selfAlias, tools: [...this.#tools], upstreams: [this.status()] });
    return watchTools(snapshot, (listener) => this.onChange(listener), signal);
  }

  #toolsOf(node: string): readonly Tool[] {
    return node === '' || node === selfAlias ? this.#tools : [];
  }

  /** A name that is not listed is for the upstream to judge: it says so in its own words. */
  #checkRef(ref: { node: string; upstream: string; name: string } | undefined): void {
    const { node = '', upstream = '', name = '' } = ref ?? {};
    const here = ['', selfAlias].includes(node) && ['', this.name].includes(upstream);
    if (!here || !isOffered(this.#spec, name)) throw toolNotFound(name);
  }

  #opener(): OpenChannel {
    const { transport } = this.#spec;
    return async (events, signal) => {
      const options = await this.#withSecrets();
      if (transport.kind === 'stdio') return openStdio(transport, options, this.#stderr, events);
      if (transport.kind === 'http') return openHttp(transport, options, events);
      return openSse(transport, options, events, signal);
    };
  }

  /** Reads the secrets anew: they may have changed since the last start. */
  async #withSecrets(): Promise<ResolvedOptions> {
    if (!this.#hides) return this.#options;
    const { env, redactor } = this.#options;
    const secrets = await readSecrets(this.#spec.secrets ?? {}, env);
    for (const value of Object.values(secrets)) {
      if (!this.#hidden.has(value)) this.#hidden.set(value, redactor.add(value));
    }
    return { ...this.#options, env: { ...env, ...secrets }, secrets };
  }

  #onTools(listed: ToolTexts): void {
    const texts = this.#hides ? hideInTools(listed, this.#options.redactor) : listed;
    if (sameTools(this.#texts, texts)) return;
    this.#texts = texts;
    this.#tools = offeredTools(this.#spec, texts);
    this.#notify();
  }

  /** A restart that is over soon goes unseen in the list of tools; a longer outage empties it. */
  #onState(): void {
    const { state } = this.#supervisor;
    if (state === UpstreamState.READY || state === UpstreamState.STOPPED) {
      clearTimeout(this.#forgetTimer);
      this.#forgetTimer = undefined;
    } else {
      this.#forgetTimer ??= setTimeout(() => this.#onTools(noTools), this.#options.keepToolsMs).unref();
    }
    if (state === UpstreamState.STOPPED) this.#onTools(noTools);
    this.#notify();
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
