import type { Link, LinkEnd } from './link.ts';

/** A link that ended, and how. */
export interface EndedLink {
  readonly link: Link;
  readonly end: LinkEnd;
}

/** Enough to see a pattern, too little to weigh anything. */
const maxEnded = 100;

/** The links that ended last, newest first. */
export class LinkHistory {
  readonly #ended: EndedLink[] = [];

  add(link: Link, end: LinkEnd): void {
    this.#ended.unshift({ link, end });
    this.#ended.length = Math.min(this.#ended.length, maxEnded);
  }

  list(): readonly EndedLink[] {
    return this.#ended;
  }
}
