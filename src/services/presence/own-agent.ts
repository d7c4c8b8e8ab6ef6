/** One agent of this node: what it said of itself, and by what it is here. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { AgentRefSchema } from '../../../gen/towline/v1/agent_pb.ts';
import {
  AgentKind,
  type AgentPresence,
  AgentPresenceSchema,
  AgentRole,
  type AgentSession,
  AgentSessionSchema,
  AgentState,
  AgentStatus,
} from '../../../gen/towline/v1/presence_pb.ts';
import { MAX_SESSIONS, SHOWN_SESSIONS } from './limits.ts';
import { tooManySessions } from './problems.ts';
import { roleOf } from './roles.ts';
import type { Who } from './who.ts';

/** What rows of agents take from their node. */
export interface NodeFacts {
  readonly nodeId: Uint8Array;
  readonly name: string;
  readonly role: string;
  readonly team: string;
  /** The groups of its keyring. */
  readonly groups: readonly string[];
}

/** How somebody comes. */
export interface Arrival {
  /** The name of the session; if absent or empty, a number. */
  readonly session?: string;
  /** "mcp", "cli", "token" or "uplink". */
  readonly door: string;
  readonly software: string;
  readonly host?: string;
  readonly folder?: string;
}

/** What the agent set itself, in the fields of its row. */
export type Settings = Pick<AgentPresence, 'status' | 'name' | 'role' | 'summary' | 'profile' | 'visibility'>;

export class OwnAgent {
  readonly name: string;
  /** Nobody will come again under its name. Not known until somebody says so. */
  isPassing: boolean | undefined;
  #said: AgentPresence;
  readonly #sessions = new Map<string, AgentSession>();
  /** Reasons to be here: sessions that say so, and connections. */
  #stays = 0;
  #connectMs = 0;

  /** `said` is what is known from before. */
  constructor(name: string, said: AgentPresence = create(AgentPresenceSchema)) {
    this.name = name;
    this.#said = said;
  }

  get isOnline(): boolean {
    return this.#stays > 0;
  }

  /** The last time that it was seen, for those who are not here; 0 if never. */
  get lastSeenSeconds(): bigint {
    return this.#said.lastSeenTime?.seconds ?? 0n;
  }

  /** Whether its client has said by what it is here: then it will say too when it goes. */
  get hasSessions(): boolean {
    return this.#sessions.size > 0;
  }

  /** What outlives the process. */
  get said(): AgentPresence {
    return this.#said;
  }

  identify({ kind, type, groups = [] }: Who): void {
    this.#said = { ...this.#said, kind, type, groups: [...groups] };
  }

  set(settings: Partial<Settings>): void {
    this.#said = { ...this.#said, ...settings };
  }

  /** Takes back what `set` did, unless something else was set since. */
  undo(before: AgentPresence, after: AgentPresence): void {
    if (this.#said === after) this.#said = before;
  }

  /** One more reason to be here. Returns how to take it back, once; that tells whether the agent is gone by it. */
  stay(nowMs: number): (goneMs: number) => boolean {
    if (this.#stays++ === 0) this.#connectMs = nowMs;
    let isOver = false;
    return (goneMs) => {
      if (isOver) return false;
      isOver = true;
      if (--this.#stays > 0) return false;
      this.seen(goneMs);
      return true;
    };
  }

  /** Notes that it was here at that time. */
  seen(ms: number): void {
    this.#said = { ...this.#said, lastSeenTime: timestampFromMs(ms) };
  }

  /** Shows a session until the answer is called. Throws TOO_MANY_SESSIONS. */
  addSession({ session: wanted = '', ...rest }: Arrival, nowMs: number): () => void {
    if (this.#sessions.size >= MAX_SESSIONS) throw tooManySessions(this.name);
    const session = this.#freeName(wanted);
    this.#sessions.set(session, create(AgentSessionSchema, { session, connectTime: timestampFromMs(nowMs), ...rest }));
    return () => void this.#sessions.delete(session);
  }

  /** The agent as it is now, with everything that its own node may see. */
  row({ nodeId, role, team, groups }: NodeFacts): AgentPresence {
    const said = this.#said;
    const { lastSeenTime, ...rest } = said;
    const isService = said.kind === AgentKind.SERVICE;
    return {
      ...rest,
      ref: create(AgentRefSchema, { nodeId, agent: this.name }),
      state: this.isOnline ? AgentState.ONLINE : AgentState.OFFLINE,
      status: said.status || AgentStatus.IDLE,
      role: said.role === AgentRole.UNSPECIFIED ? roleOf(role) : said.role,
      team,
      groups: isService ? said.groups : [...groups],
      sessions: this.isOnline ? [...this.#sessions.values()].slice(0, SHOWN_SESSIONS) : [],
      ...(this.isOnline && { connectTime: timestampFromMs(this.#connectMs) }),
      ...(!this.isOnline && lastSeenTime && { lastSeenTime }),
    };
  }

  #freeName(wanted: string): string {
    if (wanted !== '' && !this.#sessions.has(wanted)) return wanted;
    let number = wanted === '' ? 1 : 2;
    const named = () => (wanted === '' ? String(number) : `${wanted}-${number}`);
    while (this.#sessions.has(named())) number++;
    return named();
  }
}
