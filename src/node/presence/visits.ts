/**
 * Who is here because it has a connection open: programs, MCP clients over HTTP, and the person while a command runs that
 * stays. Those who say so themselves (PresenceService.Attend) need none of this.
 */
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { type Principal, principalText } from '../../rpc/principal.ts';
import type { OwnAgents } from '../../services/presence/own-agents.ts';
import { type Who, whoOf } from '../../services/presence/who.ts';
import type { Connection } from '../visitors.ts';

/** Most commands of the CLI, and most scripts, are over by then: they are no visit. */
const SETTLE_MS = 1_000;

/** A client of HTTP closes idle connections and opens new ones; between two of them it has not left. */
const LINGER_MS = 30_000;

/** One caller's connections. */
interface Visit {
  readonly who: Who;
  connections: number;
  timer: NodeJS.Timeout | undefined;
  leave: (() => void) | undefined;
}

export class Visits {
  readonly #agents: OwnAgents;
  readonly #log: Log;
  readonly #visits = new Map<string, Visit>();
  /** Who has been seen on a connection: mostly one. */
  readonly #seen = new WeakMap<Connection, Set<string>>();

  constructor(agents: OwnAgents, log: Log) {
    this.#agents = agents;
    this.#log = log;
  }

  /** A request came in on this connection. Costs one look where it is not the first. */
  note(principal: Principal, connection: Connection): void {
    if (principal.kind === 'peer' || principal.kind === 'stranger') return;
    const seen = this.#seen.get(connection) ?? new Set();
    const key = principalText(principal);
    if (seen.has(key)) return;
    this.#seen.set(connection, seen.add(key));
    const visit = this.#visits.get(key) ?? this.#begin(key, whoOf(principal));
    visit.connections++;
    this.#came(visit);
    connection.once('close', () => {
      if (--visit.connections === 0) this.#left(key, visit);
    });
  }

  close(): void {
    for (const visit of this.#visits.values()) clearTimeout(visit.timer);
  }

  #begin(key: string, who: Who): Visit {
    const visit: Visit = { who, connections: 0, timer: undefined, leave: undefined };
    this.#visits.set(key, visit);
    return visit;
  }

  #came(visit: Visit): void {
    if (visit.leave) {
      clearTimeout(visit.timer);
      visit.timer = undefined;
    } else if (visit.who.groups) this.#arrive(visit);
    else visit.timer ??= setTimeout(() => this.#arrive(visit), SETTLE_MS).unref();
  }

  #arrive(visit: Visit): void {
    visit.timer = undefined;
    try {
      visit.leave = this.#agents.arrive(visit.who);
    } catch (error) {
      this.#log.info('an agent is not shown', { agent: visit.who.agent, error: messageOf(error) });
    }
  }

  /** A program, or a client whose session goes on, is given time to connect again. */
  #left(key: string, visit: Visit): void {
    clearTimeout(visit.timer);
    visit.timer = undefined;
    const lingers = visit.leave && (visit.who.groups || this.#agents.hasSessions(visit.who.agent));
    if (lingers) visit.timer = setTimeout(() => this.#end(key, visit), LINGER_MS).unref();
    else this.#end(key, visit);
  }

  #end(key: string, visit: Visit): void {
    visit.leave?.();
    if (this.#visits.get(key) === visit) this.#visits.delete(key);
  }
}
