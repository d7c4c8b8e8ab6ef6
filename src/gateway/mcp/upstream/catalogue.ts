/** Keeps the list of a connected upstream's tools fresh: one listing at a time, and one more if told meanwhile. */

import { setTimeout as sleep } from 'node:timers/promises';
import { fullJitter } from '../../../base/backoff.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import type { Connection } from './connection.ts';
import { listenForChanges } from './listen.ts';
import type { ResolvedOptions } from './options.ts';
import { fetchTools, type ToolTexts } from './tool-list.ts';

/** A list that could not be read so often in a row is left as it is until the next change. */
const maxFailures = 8;

export class Catalogue {
  readonly #connection: Connection;
  readonly #options: ResolvedOptions;
  readonly #log: Log;
  readonly #onTools: (tools: ToolTexts) => void;
  #refreshing = false;
  #dirty = false;

  constructor(connection: Connection, options: ResolvedOptions, onTools: (tools: ToolTexts) => void) {
    this.#connection = connection;
    this.#options = options;
    this.#log = options.log;
    this.#onTools = onTools;
  }

  /** Starts to listen, then lists: what changes in between is told. Rejects if the first listing fails. */
  async start(signal: AbortSignal): Promise<ToolTexts> {
    const { session, hello } = this.#connection;
    if (hello.era === 'modern' && hello.tellsOfTools) {
      void listenForChanges(session, this.#options, signal, () => this.changed());
    }
    return fetchTools(session, hello, this.#options);
  }

  /** The upstream says that its tools changed. */
  changed(): void {
    this.#dirty = true;
    if (!this.#refreshing) void this.#refresh();
  }

  async #refresh(): Promise<void> {
    this.#refreshing = true;
    for (let failures = 0; this.#dirty && failures < maxFailures; ) {
      this.#dirty = false;
      try {
        const { session, hello } = this.#connection;
        this.#onTools(await fetchTools(session, hello, this.#options));
      } catch (error) {
        // The list that we have stays until it can be read, or the connection is made anew.
        this.#log.warn('the tools could not be listed again', { error: messageOf(error) });
        this.#dirty = this.#connection.session.ended === undefined;
        await sleep(fullJitter(failures++, this.#options.backoff), undefined, { ref: false });
      }
    }
    this.#refreshing = false;
  }
}
