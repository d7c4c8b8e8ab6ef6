/** One client at the other end of a pair of streams. */
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cancellation } from '../../../base/cancellation.ts';
import { isBatch, parseMessage, type RpcMessage, type RpcRequest, rpcCode } from '../wire.ts';
import { type AgentEvent, AgentRoll, type Seat } from './agents.ts';
import { replyOf, replyText, unreadable } from './answer.ts';
import { type Approver, putApprovals } from './approver.ts';
import { refuseBatch, serveBatch } from './batch.ts';
import { ClientRequests } from './client-requests.ts';
import { canElicit } from './elicitation.ts';
import { InFlight } from './in-flight.ts';
import { LegacySession } from './legacy-session.ts';
import { LineWriter } from './line-writer.ts';
import type { Line } from './lines.ts';
import { checkComplete, checkVersion, isModern, serveModern } from './modern.ts';
import { type RequestParams, readParams } from './params.ts';
import { type Caller, Refusal, type Reply } from './reply.ts';
import type { MeshView } from './view.ts';

/** How long calls may go on after the client has closed its side: `echo … | towline mcp` wants its answer. */
const lingerMs = 1_000;

/** Who is told of the client, and what its user may answer. */
export interface ConnectionOptions {
  readonly onAgent?: (event: AgentEvent) => void;
  readonly approver?: Approver;
}

export class StdioConnection {
  readonly #view: MeshView;
  readonly #writer: LineWriter;
  readonly #roll: AgentRoll;
  readonly #session: LegacySession;
  readonly #inFlight = new InFlight();
  readonly #running = new Set<Promise<void>>();
  readonly #requests: ClientRequests;
  readonly #approver: Approver | undefined;
  readonly #closing = new AbortController();
  #canElicit = false;
  #isApproving = false;
  #seat: Seat | undefined;

  constructor(view: MeshView, output: Writable, { onAgent, approver }: ConnectionOptions = {}) {
    this.#view = view;
    this.#writer = new LineWriter(output);
    this.#roll = new AgentRoll(onAgent);
    this.#session = new LegacySession(view, (message) => void this.#writer.write(message));
    this.#requests = new ClientRequests((message) => void this.#writer.write(message));
    this.#approver = approver;
  }

  /** Takes one line. Answers come later; the promise waits only for room in the output. */
  async take(line: Line): Promise<void> {
    const answering = this.#answer(line);
    this.#running.add(answering);
    void answering.then(() => this.#running.delete(answering));
    await this.#writer.room;
  }

  /** Ends what listens, waits a moment for what runs, cancels the rest. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#inFlight.abortAll('subscriptions/listen');
    const linger = new AbortController();
    const patience = sleep(lingerMs, undefined, { signal: linger.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#running), patience]);
    linger.abort();
    this.#inFlight.abortAll();
    this.#session.close();
    this.#seat?.leave();
  }

  async #answer(line: Line): Promise<void> {
    const answer = 'fault' in line ? refuse(line.fault) : await this.#serveText(line.text);
    if (answer !== undefined) await this.#writer.write(answer);
  }

  async #serveText(text: string): Promise<string | undefined> {
    if (!isBatch(text)) return this.#serve(text);
    if (!this.#session.takesBatches) return refuseBatch('this revision of MCP has no batches');
    try {
      return await serveBatch(text, (message) => this.#serve(message));
    } catch (error) {
      const { id, reply } = unreadable(error, text);
      return replyText(id, reply);
    }
  }

  async #serve(text: string): Promise<string | undefined> {
    let message: RpcMessage;
    try {
      message = parseMessage(text);
    } catch (error) {
      const { id, reply } = unreadable(error, text);
      return replyText(id, reply);
    }
    if (message.kind === 'request') return this.#serveRequest(message);
    if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
      this.#inFlight.cancel(message.params);
    }
    if (message.kind === 'notification' && message.method === 'notifications/initialized') this.#beginApprovals();
    if (message.kind === 'response' || message.kind === 'error') this.#requests.settle(message);
    return undefined;
  }

  async #serveRequest(request: RpcRequest): Promise<string | undefined> {
    let cancellation: Cancellation | undefined;
    const reply = await replyOf(async () => {
      cancellation = this.#inFlight.begin(request);
      return this.#dispatch(request, { cancellation, notify: (message) => this.#writer.write(message) });
    }, this.#view.log);
    if (cancellation) this.#inFlight.end(request.id);
    return cancellation?.isCanceled ? undefined : replyText(request.id, reply);
  }

  async #dispatch(request: RpcRequest, caller: Caller): Promise<Reply> {
    const params = readParams(request.params);
    if (!isModern(request.method, params)) return this.#dispatchLegacy(request, params, caller);
    // Of that revision no client can be asked anything: one that speaks others falls back to them.
    if (this.#approver) throw new Refusal(rpcCode.methodNotFound, `Method not found: ${request.method}`);
    checkComplete(params);
    checkVersion(params);
    this.#seat ??= this.#roll.enter(params.envelope.clientInfo);
    return serveModern(this.#view, request, params, caller, this.#seat.name);
  }

  async #dispatchLegacy(request: RpcRequest, params: RequestParams, caller: Caller): Promise<Reply> {
    const reply = await this.#session.serve(request, params, caller);
    if (request.method === 'initialize') {
      this.#seat ??= this.#roll.enter(params.members.get('clientInfo'));
      this.#session.greet(this.#seat.name);
      this.#canElicit = canElicit(params.members.get('capabilities'));
    }
    return reply;
  }

  /** The client is ready: its user is asked from now on. */
  #beginApprovals(): void {
    const approver = this.#approver;
    if (!approver || this.#isApproving) return;
    this.#isApproving = true;
    const { log } = this.#view;
    if (this.#canElicit) void putApprovals(approver, this.#requests, log, this.#closing.signal);
    else log.warn('this client cannot ask its user: answer approvals with `towline approvals`');
  }
}

function refuse(fault: string): string {
  return replyText('null', { error: { code: rpcCode.parse, message: fault } });
}
