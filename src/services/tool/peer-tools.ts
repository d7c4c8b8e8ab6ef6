import type { Client } from '@connectrpc/connect';
import type { ToolSet } from '../../../gen/towline/v1/tool_pb.ts';
import type { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import type { Log } from '../../base/log.ts';
import { keepWatching } from './keep-watching.ts';

/** What the peers offer to this node, as each says over its link. Never offered on to other peers. */
export class PeerTools {
  readonly #sets = new Map<string, ToolSet>();
  readonly #watches = new Map<string, AbortController>();
  readonly #changes: Broadcast<string>;
  readonly #log: Log;

  constructor(changes: Broadcast<string>, log: Log) {
    this.#changes = changes;
    this.#log = log;
  }

  /** The peer is there: listens to its tools until `detach`, or until the next `attach` of the same alias. */
  attach(alias: string, client: Client<typeof ToolService>): void {
    this.#watches.get(alias)?.abort();
    const stop = new AbortController();
    this.#watches.set(alias, stop);
    void keepWatching(client, stop.signal, this.#log.child({ peer: alias }), (set) => {
      this.#sets.set(alias, named(alias, set));
      this.#changes.changed(alias);
    });
  }

  /** The peer is gone, and its tools with it. */
  detach(alias: string): void {
    this.#watches.get(alias)?.abort();
    this.#watches.delete(alias);
    if (this.#sets.delete(alias)) this.#changes.changed(alias);
  }

  get aliases(): string[] {
    return [...this.#sets.keys()].sort();
  }

  set(alias: string): ToolSet | undefined {
    return this.#sets.get(alias);
  }

  toolCount(alias: string): number {
    return this.#sets.get(alias)?.tools.length ?? 0;
  }

  close(): void {
    for (const alias of [...this.#watches.keys()]) this.detach(alias);
  }
}

/** The set as seen from here: under our alias for the peer, whatever it calls itself. */
function named(alias: string, set: ToolSet): ToolSet {
  set.node = alias;
  set.upstreams = [];
  for (const tool of set.tools) {
    if (tool.ref) tool.ref.node = alias;
    tool.share = [];
  }
  return set;
}
