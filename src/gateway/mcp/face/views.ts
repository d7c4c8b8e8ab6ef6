/** One view of the mesh for each principal, kept while somebody looks and a little longer. */
import { Expiring } from './expiring.ts';
import type { MeshView } from './view.ts';

/** More principals at once than tokens that a node would have. */
const maxViews = 1_000;

/** A client without a session comes back soon, or not at all. */
const idleViewMs = 5 * 60_000;

export interface Lease {
  readonly view: MeshView;
  /** Once for each lease. */
  release(): void;
}

interface Shared {
  readonly view: MeshView;
  leases: number;
}

export class Views {
  readonly #shared = new Expiring<Shared>({
    maxCount: maxViews,
    idleMs: idleViewMs,
    isBusy: ({ leases }) => leases > 0,
    onEnd: ({ view }) => view.catalogue.close(),
  });

  /** The view of a principal, opened if there is none; `undefined` if there are too many. */
  lease(principal: string, open: () => MeshView): Lease | undefined {
    const shared = this.#shared.get(principal) ?? this.#add(principal, open());
    if (shared === undefined) return undefined;
    shared.leases++;
    return { view: shared.view, release: () => void shared.leases-- };
  }

  sweep(nowMs?: number): void {
    this.#shared.sweep(nowMs);
  }

  clear(): void {
    this.#shared.clear();
  }

  #add(principal: string, view: MeshView): Shared | undefined {
    const shared = { view, leases: 0 };
    if (this.#shared.add(principal, shared)) return shared;
    view.catalogue.close();
    return undefined;
  }
}
