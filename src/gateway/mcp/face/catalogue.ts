/**
 * The tools that one principal can use, kept up to date by watching the ToolService. One watch serves all sessions of
 * the principal.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@connectrpc/connect';
import type { ToolService, WatchToolsResponse } from '../../../../gen/towline/v1/tool_service_pb.ts';
import { fullJitter } from '../../../base/backoff.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { type ExposedTool, exposeSet, merge, type Naming, sameList } from './merge.ts';

/** A peer that connects brings its tools one upstream after the other: one word to the clients is enough. */
const debounceMs = 50;

/** How long a client's first question waits for the first round of a watch. Clients give up on slow servers. */
const firstRoundMs = 3_000;

const watchBackoff = { baseMs: 250, capMs: 5_000 };

export class Catalogue {
  readonly #sets = new Map<string, ExposedTool[]>();
  readonly #listeners = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #firstRound = Promise.withResolvers<void>();
  readonly #naming: Naming;
  readonly #log: Log;
  #merged: ReadonlyMap<string, ExposedTool> = new Map();
  #announced: ReadonlyMap<string, ExposedTool> = new Map();
  #isStale = false;
  #isReady = false;
  readonly #patience: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Client<typeof ToolService>, naming: Naming, log: Log) {
    this.#naming = naming;
    this.#log = log;
    this.#patience = setTimeout(() => this.#endFirstRound(), firstRoundMs);
    void this.#watchForEver(client);
  }

  /** Every tool by its exposed name, in the order of the list. Changes are seen at once. */
  get tools(): ReadonlyMap<string, ExposedTool> {
    if (this.#isStale) {
      this.#merged = merge(this.#sets, this.#log);
      this.#isStale = false;
    }
    return this.#merged;
  }

  /** Resolves when all nodes that could be asked have answered once, or after three seconds. Never rejects. */
  get ready(): Promise<void> {
    return this.#firstRound.promise;
  }

  /** A tool by its exposed name; waits for the first round if there is none by that name yet. */
  async find(name: string): Promise<ExposedTool | undefined> {
    const known = this.tools.get(name);
    if (known) return known;
    await this.ready;
    return this.tools.get(name);
  }

  /** Calls `listener` after the merged list has really changed. Returns what ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Aborted by `close`. */
  get closed(): AbortSignal {
    return this.#stop.signal;
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
    this.#endFirstRound();
    this.#listeners.clear();
  }

  async #watchForEver(client: Client<typeof ToolService>): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        const seen = new Set<string>();
        for await (const event of client.watchTools({}, { signal })) {
          attempt = 0;
          this.#take(event, seen);
        }
      } catch (error) {
        if (!signal.aborted) this.#log.warn('the watch of tools ended', { error: messageOf(error) });
      }
      await sleep(fullJitter(attempt, watchBackoff), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  #take({ event }: WatchToolsResponse, seen: Set<string>): void {
    if (event.case === 'toolSet') {
      seen.add(event.value.node);
      this.#sets.set(event.value.node, exposeSet(event.value, this.#naming, this.#log));
    } else if (event.case === 'removedNode') {
      this.#sets.delete(event.value);
    } else if (event.case === 'synced') {
      this.#forgetAllBut(seen);
    }
    this.#isStale = true;
    if (event.case === 'synced') this.#endFirstRound();
    this.#timer ??= setTimeout(() => this.#announce(), debounceMs);
  }

  /** After a new watch's first round, nodes that it did not name are gone; until then the old list is better than none. */
  #forgetAllBut(nodes: ReadonlySet<string>): void {
    for (const node of this.#sets.keys()) if (!nodes.has(node)) this.#sets.delete(node);
  }

  /** What the first round brought is no change: nobody has seen a list before it. */
  #endFirstRound(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    clearTimeout(this.#patience);
    this.#announced = this.tools;
    this.#firstRound.resolve();
  }

  #announce(): void {
    this.#timer = undefined;
    if (!this.#isReady || sameList(this.#announced, this.tools)) return;
    this.#announced = this.tools;
    for (const listener of [...this.#listeners]) listener();
  }
}
