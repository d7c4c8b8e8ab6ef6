/** The gateway on one pair of streams: newline-delimited JSON, both eras on one connection. */
import type { Readable, Writable } from 'node:stream';
import type { AgentEvent } from './agents.ts';
import type { Approver } from './approver.ts';
import { readLines } from './lines.ts';
import { StdioConnection } from './stdio-connection.ts';
import { type FaceClients, openView, type ViewOptions } from './view.ts';

export interface McpStdioOptions extends ViewOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly clients: FaceClients;
  /** Told when the client has said who it is, and when it goes. */
  readonly onAgent?: (event: AgentEvent) => void;
  /** If present, the client's user answers for the owner: then the client must speak a revision that lets it be asked. */
  readonly approver?: Approver;
  /** Ends the service as the end of the input does. */
  readonly signal?: AbortSignal;
}

/**
 * Serves until the input ends. What runs then has a second to finish; the rest is cancelled. Never rejects: a broken
 * input is an end.
 */
export async function serveMcpStdio(options: McpStdioOptions): Promise<void> {
  const view = openView(options.clients, options);
  const connection = new StdioConnection(view, options.output, options);
  const stop = () => options.input.destroy();
  options.signal?.addEventListener('abort', stop, { once: true });
  try {
    if (options.signal?.aborted) return;
    for await (const line of readLines(options.input)) {
      await connection.take(line);
    }
  } catch (error) {
    view.log.debug('the input ended early', { error: String(error) });
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await connection.close();
    view.catalogue.close();
  }
}
