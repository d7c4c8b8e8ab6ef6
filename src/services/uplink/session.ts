/** One attached agent, from its identity to the end of its line. */
import {
  UplinkCloseReason as CloseReason,
  type UplinkCloseReason,
  type UplinkEnvelope,
  type UplinkIdentity,
} from '../../../gen/towline/v1/uplink_pb.ts';
import { Broadcast } from '../../base/broadcast.ts';
import { messageOf } from '../../base/errors.ts';
import type { Principal } from '../../rpc/principal.ts';
import { type AskBody, Asks } from './asks.ts';
import { Calls } from './calls.ts';
import { failureOf, type ReceivedBody } from './envelope.ts';
import type { Times, UplinkHost } from './host.ts';
import type { KeptAnswers } from './kept.ts';
import { Meter } from './meter.ts';
import { type OfferedTool, toolsOf } from './offer.ts';
import { Outbox } from './outbox.ts';
import { flood, outOfTurn, silent, slow } from './problems.ts';

export interface SessionParts {
  readonly principal: Principal;
  readonly identity: UplinkIdentity;
  readonly host: UplinkHost;
  readonly kept: KeptAnswers;
  readonly times: Times;
}

/** The upstream's name of an agent: no name of a token can be taken for that of an upstream. */
export function upstreamOf(agent: string): string {
  return `uplink.${agent}`;
}

export class Session {
  readonly principal: Principal;
  readonly agent: string;
  readonly upstream: string;
  readonly software: string;
  readonly outbox: Outbox;
  readonly calls: Calls;
  /** Marked when it offers other tools. */
  readonly changes = new Broadcast<undefined>();
  tools: readonly OfferedTool[] = [];
  readonly #asks: Asks;
  readonly #host: UplinkHost;
  readonly #meter = new Meter();
  readonly #over = new AbortController();
  readonly #beat: NodeJS.Timeout;
  #heardMs = performance.now();

  constructor({ principal, identity, host, kept, times }: SessionParts) {
    this.principal = principal;
    this.agent = identity.agent;
    this.upstream = upstreamOf(identity.agent);
    this.software = identity.software;
    this.#host = host;
    this.outbox = new Outbox(() => this.#giveUp(slow()));
    this.calls = new Calls(this.agent, this.outbox);
    this.#asks = new Asks({ principal, host, kept, outbox: this.outbox });
    this.#beat = setInterval(() => this.#look(times), times.heartbeatMs / 2).unref();
  }

  /** Aborts when the line has ended. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Takes one envelope. Throws what ends the line. */
  receive({ requestId, body }: UplinkEnvelope): void {
    this.#heardMs = performance.now();
    if (isAsk(body)) {
      if (requestId.length === 0) throw outOfTurn(`${body.case} needs a request id`);
      if (!this.#asks.begin(requestId, body)) this.#count();
    } else if (body.case === 'toolResult') {
      this.#note(requestId, this.calls.settle(requestId, body.value.resultJson));
    } else if (body.case === 'failure') {
      this.#note(requestId, this.calls.fail(requestId, body.value));
    } else {
      this.#count();
      this.#hear(requestId, body);
    }
  }

  /** What costs nobody an answer. */
  #hear(requestId: Uint8Array, body: ReceivedBody): void {
    switch (body.case) {
      case 'heartbeat':
        break;
      case 'tools':
        this.tools = toolsOf(body.value.definitionsJson, this.upstream);
        this.changes.changed(undefined);
        break;
      case 'toolProgress':
        this.#note(requestId, this.calls.progress(requestId, body.value));
        break;
      case 'cancel':
        this.#asks.cancel(requestId);
        break;
      case 'close':
        this.close(CloseReason.DONE);
        break;
      default:
        throw outOfTurn(`${body.case ?? 'nothing'} is not for agents to say here`);
    }
  }

  /** Sends mail as it comes, until the line ends. */
  async deliverMail(identity: UplinkIdentity): Promise<void> {
    if (!identity.mailAfter) return;
    const { mail } = this.#host.clients(this.principal);
    try {
      const request = { after: identity.mailAfter };
      for await (const { event, resumeAfter } of mail.receiveMail(request, { signal: this.over })) {
        if (event.case !== 'mail') continue;
        this.outbox.push({ case: 'mail', value: { mail: event.value, ...(resumeAfter && { resumeAfter }) } });
        await this.outbox.room();
      }
    } catch (error) {
      if (!this.over.aborted) this.outbox.push({ case: 'failure', value: failureOf(error) });
    }
  }

  /** Sends questions that wait for the people behind the program, as they come, until the line ends. */
  async deliverApprovals({ approves }: UplinkIdentity): Promise<void> {
    if (!approves) return;
    try {
      for await (const { event } of this.#host.approver(this.principal).watch(this.over)) {
        if (event.case === 'synced' || event.case === undefined) continue;
        this.outbox.push({ case: 'approval', value: { event } });
        await this.outbox.room();
      }
    } catch (error) {
      if (!this.over.aborted) this.outbox.push({ case: 'failure', value: failureOf(error) });
    }
  }

  /** Ends the line with a word. Idempotent, as `fail` and `lose` are. */
  close(reason: UplinkCloseReason, message = ''): void {
    this.outbox.push({ case: 'close', value: { reason, message } });
    this.outbox.end();
    this.lose(new Error(message || 'the uplink was closed'));
  }

  /** Ends the line with a failure. */
  fail(error: unknown): void {
    this.outbox.fail(error);
    this.lose(error instanceof Error ? error : new Error(messageOf(error)));
  }

  /** The line has ended: whatever waits fails, and whatever is asked is denied, at once. */
  lose(why = new Error('the line was lost')): void {
    if (this.over.aborted) return;
    clearInterval(this.#beat);
    this.outbox.end();
    this.calls.cut();
    this.#asks.cut(why);
    this.changes.close();
    this.#over.abort(why);
  }

  /** The agent does not read: what waits for it is not kept until its connection ends. */
  #giveUp(why: Error): void {
    this.outbox.drop();
    this.fail(why);
  }

  /** An answer that nobody waits for has no effect, and its sender hears so. */
  #note(requestId: Uint8Array, wasWaitedFor: boolean): void {
    if (wasWaitedFor) return;
    this.#count();
    this.outbox.push({ case: 'late', value: {} }, requestId);
  }

  #count(): void {
    if (this.#meter.isTooMuch()) throw flood();
  }

  #look({ heartbeatMs, deadMs }: Times): void {
    const nowMs = performance.now();
    if (nowMs - this.#heardMs >= deadMs) this.#giveUp(silent());
    else if (nowMs - this.outbox.sentMs >= heartbeatMs / 2) this.outbox.push({ case: 'heartbeat', value: {} });
  }
}

function isAsk(body: ReceivedBody): body is AskBody {
  const { case: kind } = body;
  return kind === 'permissionRequest' || kind === 'mcpRequest' || kind === 'message' || kind === 'decision';
}
