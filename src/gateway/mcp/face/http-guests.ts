/** Everybody who uses the gateway over HTTP: views, sessions of older clients, and those who come without a session. */
import { randomUUID } from 'node:crypto';
import { type Principal, principalText } from '../../../rpc/principal.ts';
import { type AgentEvent, AgentRoll, type Seat } from './agents.ts';
import { Expiring } from './expiring.ts';
import { HttpSession } from './http-session.ts';
import { type FaceClients, openView, type ViewOptions } from './view.ts';
import { type Lease, Views } from './views.ts';

/** Each session holds a few kilobytes; a client that forgets its sessions must not fill the memory. */
const maxSessions = 1_000;

/** One principal that forgets its sessions must not push out those of the others. */
const maxSessionsPerPrincipal = 100;

const idleSessionMs = 30 * 60_000;

/** Modern clients never say goodbye: after this much silence they have left. */
const idleVisitorMs = 5 * 60_000;

const sweepMs = 60_000;

/** Clients that differ further on are one agent: what a client says of itself must not fill the memory. */
const maxClientInfoChars = 1_024;

export interface GuestOptions extends ViewOptions {
  /** The services as this principal may use them. Called when a principal comes for the first time in a while. */
  readonly clientsFor: (principal: Principal) => FaceClients;
  /** Told of each session of a client, and of modern clients from their first request until they fall silent. */
  readonly onAgent?: (event: AgentEvent) => void;
}

export class HttpGuests {
  readonly #options: GuestOptions;
  readonly #roll: AgentRoll;
  readonly #views = new Views();
  readonly #sessions = new Expiring<HttpSession>({
    maxCount: maxSessions,
    maxPerOwner: maxSessionsPerPrincipal,
    ownerOf: (session) => session.principal,
    idleMs: idleSessionMs,
    isBusy: (session) => session.isBusy,
    onEnd: (session) => session.close(),
  });
  readonly #visitors = new Expiring<Seat>({
    maxCount: maxSessions,
    idleMs: idleVisitorMs,
    isBusy: () => false,
    onEnd: (seat) => seat.leave(),
  });
  readonly #sweeper: NodeJS.Timeout;

  constructor(options: GuestOptions) {
    this.#options = options;
    this.#roll = new AgentRoll(options.onAgent);
    this.#sweeper = setInterval(() => this.sweep(), sweepMs).unref();
  }

  /** The mesh as the principal sees it; `undefined` if there are too many principals. Release it after use. */
  lease(principal: Principal): Lease | undefined {
    const open = () => openView(this.#options.clientsFor(principal), this.#options);
    return this.#views.lease(principalText(principal), open);
  }

  /** The name of a client that comes without a session: the same while it keeps coming. */
  agentOf(principal: Principal, clientInfo: string | undefined): string {
    const by = principalText(principal);
    const key = `${by} ${clientInfo?.slice(0, maxClientInfoChars) ?? ''}`;
    const known = this.#visitors.get(key);
    if (known) return known.name;
    const seat = this.#roll.enter(clientInfo, principal);
    this.#visitors.add(key, seat);
    return seat.name;
  }

  /** A session by its id; `undefined` if there is none that belongs to the principal. */
  session(id: string, principal: Principal): HttpSession | undefined {
    const session = this.#sessions.get(id);
    return session?.principal === principalText(principal) ? session : undefined;
  }

  /** A new session and its id; `undefined` if there are too many. */
  openSession(principal: Principal, clientInfo: string | undefined): { id: string; session: HttpSession } | undefined {
    const lease = this.lease(principal);
    if (lease === undefined) return undefined;
    const by = principalText(principal);
    const session = new HttpSession(by, lease, this.#roll.enter(clientInfo, principal));
    const id = randomUUID();
    if (this.#sessions.add(id, session)) return { id, session };
    session.close();
    return undefined;
  }

  closeSession(id: string): void {
    this.#sessions.delete(id);
  }

  /** Ends who has been silent for too long, as of `nowMs` of the process's own clock. */
  sweep(nowMs?: number): void {
    this.#sessions.sweep(nowMs);
    this.#visitors.sweep(nowMs);
    this.#views.sweep(nowMs);
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#sessions.clear();
    this.#visitors.clear();
    this.#views.clear();
  }
}
