/** Looks for a direct path to a peer whose link is relayed. */
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Link } from '../../link/link.ts';

export interface DirectProbeParts {
  /** Opens a link to the peer without any relay. */
  readonly dialDirect: (nodeId: Uint8Array, signal: AbortSignal) => Promise<Link>;
  /** Takes the link that was found; the relayed one makes way. */
  readonly adopt: (link: Link) => void;
  readonly log: Log;
}

/** The hello has just said where the peer is, or a person has. */
const firstMs = 2_000;
/** Networks change with people who move: half a minute is soon, and one attempt weighs nothing. */
const baseMs = 30_000;
/** What was not reachable for some minutes may stay so. */
const capMs = 5 * 60_000;

/** Between half and all of 2 s, 30 s, 1 min, 2 min, 4 min, and from then on 5 min. */
export function probePauseMs(attempt: number, random: () => number = Math.random): number {
  const longest = attempt === 0 ? firstMs : Math.min(capMs, baseMs * 2 ** (attempt - 1));
  return longest * (0.5 + random() / 2);
}

/** Dials the peer now and then, until it answers directly or the relayed link takes no more calls. */
export class DirectProbe {
  readonly #relayed: Link;
  readonly #parts: DirectProbeParts;
  readonly #over = new AbortController();
  #attempt = 0;
  #isDialing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(relayed: Link, parts: DirectProbeParts) {
    this.#relayed = relayed;
    this.#parts = parts;
    void relayed.closed.then(() => this.#stop());
    this.#schedule();
  }

  /** There is news of where the peer is: begins anew with short pauses. */
  soon(): void {
    this.#attempt = 0;
    if (!this.#isDialing) this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#over.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#dial(), probePauseMs(this.#attempt++)).unref();
  }

  async #dial(): Promise<void> {
    const { dialDirect, adopt, log } = this.#parts;
    if (!this.#relayed.isUsable) return;
    this.#isDialing = true;
    try {
      adopt(await dialDirect(this.#relayed.peerNodeId, this.#over.signal));
    } catch (error) {
      log.debug('no direct path yet', { error: messageOf(error) });
      this.#schedule();
    } finally {
      this.#isDialing = false;
    }
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#over.abort();
  }
}
