/** The agents of this node: those who are here, and those who will come again. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  AgentKind,
  type AgentPresence,
  AgentPresenceSchema,
  AgentState,
  AgentStatus,
  AgentType,
} from '../../../gen/towline/v1/presence_pb.ts';
import type { Broadcast } from '../../base/broadcast.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { KeyedTable } from '../../store/store.ts';
import { NODE_AGENT } from '../../trust/names.ts';
import { MAX_AGENTS, PASSING_MS } from './limits.ts';
import { type Arrival, type NodeFacts, OwnAgent, type Settings } from './own-agent.ts';
import { tooManyAgents } from './problems.ts';
import { roleOf } from './roles.ts';
import type { Who } from './who.ts';

export interface OwnAgentsOptions {
  /** Keeps what agents said of themselves. */
  readonly table: KeyedTable;
  /** The node as it is now. */
  readonly node: () => NodeFacts;
  /** Told the name of each agent that changed. */
  readonly changes: Broadcast<string>;
  readonly log: Log;
}

export interface Stay {
  /** Nobody will come again under this name. If absent, that is not known. */
  readonly isPassing?: boolean;
  /** Shown with the agent; if absent, nothing is. */
  readonly arrival?: Arrival;
}

export class OwnAgents {
  readonly #options: OwnAgentsOptions;
  readonly #agents = new Map<string, OwnAgent>();
  readonly #startMs = Date.now();
  readonly #forgetTimers = new Map<string, NodeJS.Timeout>();
  readonly #writing = new Set<Promise<unknown>>();

  private constructor(options: OwnAgentsOptions) {
    this.#options = options;
  }

  /** Reads who was here before. */
  static async open(options: OwnAgentsOptions): Promise<OwnAgents> {
    const own = new OwnAgents(options);
    for (const { key, value } of await options.table.list({ limit: MAX_AGENTS })) {
      try {
        own.#agents.set(key, new OwnAgent(key, fromBinary(AgentPresenceSchema, value)));
      } catch (error) {
        options.log.error('what an agent said of itself cannot be read', { agent: key, error: messageOf(error) });
      }
    }
    return own;
  }

  /**
   * Somebody is here until the answer is called. Throws TOO_MANY_AGENTS or TOO_MANY_SESSIONS.
   */
  arrive(who: Who, { isPassing, arrival }: Stay = {}): () => void {
    const agent = this.#known(who);
    const hide = arrival && agent.addSession(arrival, Date.now());
    const wasOnline = agent.isOnline;
    const end = agent.stay(Date.now());
    this.#settlePassing(agent, isPassing);
    if (!wasOnline) {
      agent.seen(Date.now());
      this.#keep(agent);
    }
    this.#changed(agent);
    return () => {
      hide?.();
      if (end(Date.now())) this.#gone(agent);
      this.#changed(agent);
    };
  }

  /** A session of an agent that is here by other means, shown until the answer is called. Throws as `arrive` does. */
  addSession(who: Who, arrival: Arrival): () => void {
    const agent = this.#known(who);
    const hide = agent.addSession(arrival, Date.now());
    this.#changed(agent);
    return () => {
      hide();
      this.#changed(agent);
    };
  }

  hasSessions(agent: string): boolean {
    return this.#agents.get(agent)?.hasSessions ?? false;
  }

  /** Sets what an agent says of itself; it is on disk when this resolves. Throws TOO_MANY_AGENTS. */
  async set(who: Who, settings: Partial<Settings>): Promise<AgentPresence> {
    const agent = this.#known(who);
    const before = agent.said;
    agent.set(settings);
    agent.seen(Date.now());
    const after = agent.said;
    try {
      await this.#write(agent);
    } catch (error) {
      agent.undo(before, after);
      throw error;
    }
    this.#changed(agent);
    return agent.row(this.#options.node());
  }

  /** Those who are or were here, with the node itself. */
  rows(): AgentPresence[] {
    const node = this.#options.node();
    return [this.#nodeRow(node), ...[...this.#agents.values()].map((agent) => agent.row(node))];
  }

  row(name: string): AgentPresence | undefined {
    if (name === NODE_AGENT) return this.#nodeRow(this.#options.node());
    return this.#agents.get(name)?.row(this.#options.node());
  }

  /** How many are here. */
  get size(): number {
    return [...this.#agents.values()].filter(({ isOnline }) => isOnline).length;
  }

  /** Notes when those who are here were last seen, and finishes what is being written. */
  async close(): Promise<void> {
    for (const timer of this.#forgetTimers.values()) clearTimeout(timer);
    for (const agent of this.#agents.values()) {
      if (!agent.isOnline) continue;
      agent.seen(Date.now());
      this.#keep(agent);
    }
    await Promise.all(this.#writing);
  }

  #nodeRow({ nodeId, name, role, team, groups }: NodeFacts): AgentPresence {
    return create(AgentPresenceSchema, {
      ref: { nodeId, agent: NODE_AGENT },
      state: AgentState.ONLINE,
      kind: AgentKind.CONTROL_PLANE,
      type: AgentType.CONNECTOR,
      role: roleOf(role),
      status: AgentStatus.IDLE,
      name,
      team,
      groups: [...groups],
      connectTime: timestampFromMs(this.#startMs),
    });
  }

  /** The agent of this name, as whoever comes says it is. Throws TOO_MANY_AGENTS. */
  #known(who: Who): OwnAgent {
    let agent = this.#agents.get(who.agent);
    if (!agent) {
      this.#makeRoom();
      agent = new OwnAgent(who.agent);
      this.#agents.set(who.agent, agent);
    }
    agent.identify(who);
    clearTimeout(this.#forgetTimers.get(who.agent));
    this.#forgetTimers.delete(who.agent);
    return agent;
  }

  /** The one that was away for longest makes way. */
  #makeRoom(): void {
    if (this.#agents.size < MAX_AGENTS) return;
    let oldest: OwnAgent | undefined;
    for (const agent of this.#agents.values()) {
      if (agent.isOnline || agent.hasSessions) continue;
      if (oldest === undefined || agent.lastSeenSeconds < oldest.lastSeenSeconds) oldest = agent;
    }
    if (oldest === undefined) throw tooManyAgents();
    this.#forget(oldest);
  }

  /** Whoever says first that a name lasts is believed; one that was only passing is not kept any more. */
  #settlePassing(agent: OwnAgent, isPassing: boolean | undefined): void {
    if (isPassing === undefined || agent.isPassing === false) return;
    agent.isPassing = isPassing;
    if (isPassing) this.#finish(this.#options.table.delete(agent.name));
  }

  #gone(agent: OwnAgent): void {
    this.#keep(agent);
    if (agent.isPassing !== true) return;
    const timer = setTimeout(() => this.#forget(agent), PASSING_MS).unref();
    this.#forgetTimers.set(agent.name, timer);
  }

  #forget(agent: OwnAgent): void {
    clearTimeout(this.#forgetTimers.get(agent.name));
    this.#forgetTimers.delete(agent.name);
    this.#agents.delete(agent.name);
    this.#finish(this.#options.table.delete(agent.name));
    this.#changed(agent);
  }

  /** Keeps when an agent was seen; nobody waits for that. */
  #keep(agent: OwnAgent): void {
    this.#finish(this.#write(agent));
  }

  async #write(agent: OwnAgent): Promise<void> {
    if (agent.isPassing === true) return;
    await this.#options.table.put(agent.name, toBinary(AgentPresenceSchema, agent.said));
  }

  #finish(write: Promise<unknown>): void {
    const done = write
      .catch((error: unknown) => this.#options.log.warn('presence was not kept', { error: messageOf(error) }))
      .finally(() => this.#writing.delete(done));
    this.#writing.add(done);
  }

  #changed({ name }: OwnAgent): void {
    this.#options.changes.changed(name);
  }
}
