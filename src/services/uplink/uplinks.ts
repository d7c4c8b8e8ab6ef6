/** All attached agents of a node: one line each, the newest. */
import { UplinkCloseReason, type UplinkIdentity } from '../../../gen/towline/v1/uplink_pb.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { Times, UplinkHost } from './host.ts';
import { KeptAnswers } from './kept.ts';
import { DEAD_MS, HEARTBEAT_MS, IDENTIFY_MS, MAX_UPLINKS } from './limits.ts';
import { identityMismatch, nameTaken, notAnUplink, notAttached, tooManyUplinks, unknownVersion } from './problems.ts';
import { Session, upstreamOf } from './session.ts';

/** The one version of the protocol. */
const VERSION = 1;

export class Uplinks {
  readonly times: Times;
  readonly #host: UplinkHost;
  readonly #kept = new KeptAnswers();
  readonly #sessions = new Map<string, Session>();

  constructor(host: UplinkHost, times: Partial<Times> = {}) {
    this.#host = host;
    this.times = { identifyMs: IDENTIFY_MS, heartbeatMs: HEARTBEAT_MS, deadMs: DEAD_MS, ...times };
  }

  /** Throws NOT_AN_UPLINK at whoever has a place elsewhere. */
  checkKind({ kind }: Principal): void {
    if (kind !== 'agent' && kind !== 'program') throw notAnUplink();
  }

  /** The agent is attached; a line of its own from before is told, and ends. Throws what refuses it. */
  attach(principal: Principal, identity: UplinkIdentity): Session {
    const older = this.#admit(principal, identity);
    older?.close(UplinkCloseReason.REPLACED, 'the same agent attached anew');
    const { agent, software } = identity;
    const host = this.#host;
    const session = new Session({ principal, identity, host, kept: this.#kept, times: this.times });
    this.#sessions.set(agent, session);
    const undo = [host.offer(session), host.arrive(principal, software)];
    session.over.addEventListener('abort', () => {
      for (const step of undo) step();
      if (this.#sessions.get(agent) === session) this.#sessions.delete(agent);
      host.log.info('an agent is detached', { agent });
    });
    this.#acknowledge(session, identity, older !== undefined);
    host.log.info('an agent is attached', { agent, software });
    void session.deliverMail(identity);
    void session.deliverApprovals(identity);
    return session;
  }

  /** The line of the agent that this upstream stands for. Throws UPSTREAM_DOWN. */
  session(upstream: string): Session {
    const session = this.#sessions.get(upstream.slice(upstreamOf('').length));
    if (session?.upstream !== upstream) throw notAttached(upstream);
    return session;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Tells all of them that the node ends. */
  close(): void {
    for (const session of [...this.#sessions.values()]) session.close(UplinkCloseReason.NODE_STOPPED, 'the node ends');
  }

  #admit(principal: Principal, { agent, version }: UplinkIdentity): Session | undefined {
    this.checkKind(principal);
    if (agent !== principal.name) throw identityMismatch(agent, principal.name);
    if (version !== VERSION) throw unknownVersion(version);
    const older = this.#sessions.get(agent);
    if (older ? older.principal.kind !== principal.kind : this.#host.isTaken(upstreamOf(agent))) throw nameTaken(agent);
    if (!older && this.#sessions.size >= MAX_UPLINKS) throw tooManyUplinks();
    return older;
  }

  /** A new line has no calls in work: those of an earlier one are over. */
  #acknowledge({ outbox, agent, upstream }: Session, { openRequestIds }: UplinkIdentity, replaced: boolean): void {
    const { heartbeatMs, deadMs } = this.times;
    const value = {
      version: VERSION,
      nodeId: this.#host.nodeId(),
      upstream,
      share: [...this.#host.shareOf(agent)],
      overRequestIds: openRequestIds,
      heartbeatMs,
      deadMs,
      replaced,
    };
    outbox.push({ case: 'identityAck', value });
  }
}
