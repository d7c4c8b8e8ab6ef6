import { create } from '@bufbuild/protobuf';
import { type Tool, type ToolSet, ToolSetSchema } from '../../../gen/towline/v1/tool_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import type { Log } from '../../base/log.ts';
import type { PolicyGate, ToolPlace } from '../../rpc/policy.ts';
import type { Principal } from '../../rpc/principal.ts';
import { keepWatching } from './keep-watching.ts';
import { selfAlias } from './self.ts';
import type { ToolSource } from './source.ts';
import { mayCall, mayHear, maySee } from './visibility.ts';

interface Entry {
  readonly source: ToolSource;
  readonly stop: AbortController;
  tools: readonly Tool[];
}

/** The tools of this node: what each source offers now. A source that fails offers nothing and harms no other. */
export class LocalTools {
  readonly #entries = new Map<string, Entry>();
  readonly #changes: Broadcast<string>;
  readonly #gate: PolicyGate;
  readonly #log: Log;

  constructor(changes: Broadcast<string>, gate: PolicyGate, log: Log) {
    this.#changes = changes;
    this.#gate = gate;
    this.#log = log;
  }

  /** Watches `source` until it is removed. A source of the same name is replaced. */
  add(source: ToolSource): void {
    this.remove(source.name);
    const entry: Entry = { source, stop: new AbortController(), tools: [] };
    this.#entries.set(source.name, entry);
    this.#changes.changed(selfAlias);
    void keepWatching(source.client, entry.stop.signal, this.#log.child({ source: source.name }), (set) => {
      entry.tools = set.tools;
      this.#changes.changed(selfAlias);
    });
  }

  remove(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    entry.stop.abort();
    this.#entries.delete(name);
    this.#changes.changed(selfAlias);
  }

  source(name: string): ToolSource | undefined {
    return this.#entries.get(name)?.source;
  }

  get sources(): ToolSource[] {
    return [...this.#entries.values()].map((entry) => entry.source).sort((a, b) => compareText(a.name, b.name));
  }

  /** What `principal` sees. Groups and the state of upstreams are for the owner's eyes. */
  view(principal: Principal): ToolSet {
    const owner = principal.kind === 'owner';
    const set = create(ToolSetSchema, { node: selfAlias });
    for (const source of this.sources) {
      if (owner) set.upstreams.push(source.status());
      if (!maySee(principal, source.share)) continue;
      for (const tool of this.#entries.get(source.name)?.tools ?? []) {
        const place = placeOf(source, tool);
        if (!mayHear(principal, place) || this.#gate.policy?.sees(principal, place) === false) continue;
        set.tools.push(owner ? { ...tool, share: [...source.share] } : tool);
      }
    }
    return set;
  }

  /** All tools, whoever may see them. */
  everything(): { readonly tools: readonly Tool[] } {
    return { tools: [...this.#entries.values()].flatMap(({ tools }) => tools) };
  }

  /** The upstreams that offer a tool of this name to `principal`; of that upstream only, if one is named. */
  find(principal: Principal, upstream: string, name: string): ToolSource[] {
    const shared = this.shared(principal, upstream, name);
    const { policy } = this.#gate;
    return policy ? shared.filter((source) => policy.sees(principal, this.place(source, name))) : shared;
  }

  /** The same before the policy is asked. */
  shared(principal: Principal, upstream: string, name: string): ToolSource[] {
    const entries = upstream === '' ? [...this.#entries.values()] : [this.#entries.get(upstream)];
    return entries
      .filter((entry) => entry !== undefined && maySee(principal, entry.source.share))
      .filter((entry) => entry?.tools.some((tool) => tool.ref?.name === name))
      .map((entry) => (entry as Entry).source)
      .filter((source) => mayCall(principal, { node: selfAlias, upstream: source.name, name }));
  }

  /** The tool as rules see it. */
  place(source: ToolSource, name: string): ToolPlace {
    // What nobody looks at needs no search.
    const tools = source.trustAnnotations ? (this.#entries.get(source.name)?.tools ?? []) : [];
    const tool = tools.find(({ ref }) => ref?.name === name);
    return tool ? placeOf(source, tool) : { node: selfAlias, upstream: source.name, name };
  }

  close(): void {
    for (const name of [...this.#entries.keys()]) this.remove(name);
  }
}

function placeOf({ name: upstream, trustAnnotations }: ToolSource, { ref, definitionJson }: Tool): ToolPlace {
  const place = { node: selfAlias, upstream, name: ref?.name ?? '' };
  return trustAnnotations ? { ...place, definitionJson } : place;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
