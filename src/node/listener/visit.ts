/** What the doors (TLS, HTTP/1.1, HTTP/2) share: who is on a socket, and how handlers are called. */
import type { ServerResponse } from 'node:http';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Admission, Connection } from './admission.ts';
import { type BrowserCheck, checkBrowser } from './browser.ts';
import type { ConnectionFacts } from './facts.ts';
import type { ListenerHandlers } from './options.ts';
import type { RefusalReason } from './refusals.ts';

/** One connection that speaks HTTP. */
export interface Visit {
  readonly connection: Connection;
  readonly facts: ConnectionFacts;
  /** The last answer that was begun on it, over HTTP/1.1. */
  answer?: ServerResponse;
}

/** What every door needs. */
export interface Hall {
  readonly admission: Admission;
  readonly handlers: ListenerHandlers;
  readonly hosts: readonly string[];
  readonly log: Log;
  /** Counts a request that was turned away, on a connection that stays. */
  countRefusal(reason: RefusalReason): void;
}

/**
 * Says what to answer to a web page that has no business here; nothing if the request may go on. Where `pages` is false,
 * no page has.
 */
export function refusalOf(
  hall: Hall,
  visit: Visit,
  headers: BrowserCheck['headers'],
  pages = true,
): string | undefined {
  hall.admission.identify(visit.connection);
  const { secure, loopback } = visit.facts;
  const reason = checkBrowser({ headers, secure, loopback, hosts: hall.hosts, pages });
  if (reason === undefined) return undefined;
  hall.countRefusal(reason);
  return reason === 'FOREIGN_HOST'
    ? 'This node answers plain requests by the names of its own machine, and by those that it advertises, only.\n'
    : 'This node does not answer to pages of other sites.\n';
}

/** Calls a handler; `onFailure` ends what it left open when it fails. */
export async function run(hall: Hall, handle: () => void | Promise<void>, onFailure: () => void): Promise<void> {
  try {
    await handle();
  } catch (error) {
    hall.log.error('a request handler failed', { error: messageOf(error) });
    onFailure();
  }
}
