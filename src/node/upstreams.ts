/** Keeps the running upstreams as the configuration wants them. */

import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Redactor } from '../base/redact.ts';
import type { UpstreamSpec } from '../gateway/mcp/upstream/spec.ts';
import { createUpstream, type Upstream } from '../gateway/mcp/upstream/upstream.ts';
import { createClient } from '../rpc/client.ts';
import { createLocalTransport } from '../rpc/local-transport.ts';
import type { Principal } from '../rpc/principal.ts';
import { ServiceRegistry } from '../rpc/registry.ts';
import type { LocalTools } from '../services/tool/local-tools.ts';
import { version } from './version.ts';

/** The mesh itself, as a caller of its upstreams: who may call was decided before. */
const mesh: Principal = { kind: 'owner', name: 'mesh', groups: new Set() };

interface Running {
  readonly upstream: Upstream;
  /** Tells one configuration from another. */
  readonly fingerprint: string;
}

export class Upstreams {
  readonly #running = new Map<string, Running>();
  readonly #tools: LocalTools;
  readonly #redactor: Redactor;
  readonly #log: Log;

  constructor(tools: LocalTools, redactor: Redactor, log: Log) {
    this.#tools = tools;
    this.#redactor = redactor;
    this.#log = log;
  }

  /** Starts what is new, stops what is gone, starts again what changed, and leaves the rest alone. */
  async apply(specs: readonly UpstreamSpec[]): Promise<void> {
    const wanted = new Map(specs.filter((spec) => !spec.disabled).map((spec) => [spec.name, spec]));
    const gone = [...this.#running].filter(
      ([name, { fingerprint }]) => fingerprintOf(wanted.get(name)) !== fingerprint,
    );
    await Promise.all(gone.map(([name]) => this.#stop(name)));
    for (const [name, spec] of wanted) if (!this.#running.has(name)) this.#start(spec);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((name) => this.#stop(name)));
  }

  #start(spec: UpstreamSpec): void {
    const upstream = createUpstream(spec, {
      log: this.#log.child({ upstream: spec.name }),
      redactor: this.#redactor,
      clientInfo: { name: 'towline', version },
    });
    this.#running.set(spec.name, { upstream, fingerprint: fingerprintOf(spec) });
    const client = createClient(
      ToolService,
      createLocalTransport(new ServiceRegistry().add(ToolService, upstream.service, { isBehindDoor: true }), mesh),
    );
    const { name, share, trustAnnotations = false } = spec;
    this.#tools.add({ name, share, trustAnnotations, client, status: () => upstream.status() });
    upstream.start();
  }

  async #stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    this.#tools.remove(name);
    try {
      await running?.upstream.stop();
    } catch (error) {
      this.#log.error('an upstream did not stop', { upstream: name, error: messageOf(error) });
    }
  }
}

function fingerprintOf(spec: UpstreamSpec | undefined): string {
  return JSON.stringify(spec, (_name, value: unknown) => (value instanceof Set ? [...value] : value)) ?? '';
}
