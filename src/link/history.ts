import type { Link, LinkCounters, LinkEnd } from './link.ts';

/** What is remembered of a link: facts alone, so that nothing else of it stays in memory. */
export type LinkFacts = Pick<Link, 'peerNodeId' | 'carrier' | 'via' | 'dialed' | 'remoteAddress' | 'openTimeMs'>;

/** A link that ended, and how. */
export interface EndedLink {
  /** Counts the links of this node, from 1. */
  readonly id: number;
  /** Counts those that ended, from 1. */
  readonly sequence: number;
  readonly facts: LinkFacts;
  readonly counters: LinkCounters;
  readonly end: LinkEnd;
}

/** Enough to see a pattern, too little to weigh anything. */
export const MAX_ENDED_LINKS = 100;

/** The links that ended last, newest first. */
export class LinkHistory {
  readonly #ended: EndedLink[] = [];
  #count = 0;

  add(id: number, link: Link, end: LinkEnd): void {
    const { peerNodeId, carrier, via, dialed, remoteAddress, openTimeMs } = link;
    const facts = { peerNodeId, carrier, via, dialed, remoteAddress, openTimeMs };
    this.#ended.unshift({ id, sequence: ++this.#count, facts, counters: link.counters(), end });
    this.#ended.length = Math.min(this.#ended.length, MAX_ENDED_LINKS);
  }

  /** How many have ended, the forgotten ones included. */
  get count(): number {
    return this.#count;
  }

  list(): readonly EndedLink[] {
    return this.#ended;
  }
}
