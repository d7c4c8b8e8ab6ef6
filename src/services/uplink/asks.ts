/** What one agent asks: permissions, requests of MCP, mail to send, decisions to take. Each is answered once, or dies with the line. */
import { toHex } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import { type Principal, principalText } from '../../rpc/principal.ts';
import { type Body, failureOf, type ReceivedBody } from './envelope.ts';
import type { UplinkHost } from './host.ts';
import { digestOf, type KeptAnswers, type PermissionAnswer } from './kept.ts';
import { ASK_MS, MAX_ASKS } from './limits.ts';
import { relayMcp } from './mcp.ts';
import type { Outbox } from './outbox.ts';
import { busy } from './problems.ts';

export type AskBody = Extract<ReceivedBody, { case: 'permissionRequest' | 'mcpRequest' | 'message' | 'decision' }>;

export interface AskParts {
  readonly principal: Principal;
  readonly host: Pick<UplinkHost, 'permit' | 'approver' | 'clients' | 'log'>;
  readonly kept: KeptAnswers;
  readonly outbox: Outbox;
}

interface PendingAsk {
  readonly stop: AbortController;
  /** Remembers that the answer is no; for permissions. */
  readonly deny?: () => void;
}

const LOST: PermissionAnswer = { granted: false, reason: 'LINK_LOST' };

export class Asks {
  readonly #parts: AskParts;
  readonly #pending = new Map<string, PendingAsk>();

  constructor(parts: AskParts) {
    this.#parts = parts;
  }

  /** Says whether there was room. What is asked again while it is in work gets the one answer. */
  begin(requestId: Uint8Array, body: AskBody): boolean {
    const key = toHex(requestId);
    if (this.#pending.has(key)) return true;
    const { outbox } = this.#parts;
    if (this.#pending.size >= MAX_ASKS) {
      outbox.push({ case: 'failure', value: failureOf(busy(`${MAX_ASKS} requests are in work`)) }, requestId);
      return false;
    }
    const stop = new AbortController();
    const keptKey = `${principalText(this.#parts.principal)}/${key}`;
    const deny = body.case === 'permissionRequest' && (() => this.#parts.kept.put(keptKey, digestOf(body.value), LOST));
    this.#pending.set(key, { stop, ...(deny && { deny }) });
    void this.#answer(requestId, body, stop.signal, keptKey).then((answer) => {
      const isWaitedFor = this.#pending.get(key)?.stop === stop;
      if (!isWaitedFor) return;
      this.#pending.delete(key);
      outbox.push(answer, requestId);
    });
    return true;
  }

  /** The agent wants no answer; a permission is denied. Says whether it was in work. */
  cancel(requestId: Uint8Array): boolean {
    const key = toHex(requestId);
    const ask = this.#pending.get(key);
    this.#pending.delete(key);
    ask?.deny?.();
    ask?.stop.abort(new Error('the agent wants no answer any more'));
    return ask !== undefined;
  }

  /** The line ended: what waits is denied, before anybody can ask again. */
  cut(why: Error): void {
    const asks = [...this.#pending.values()];
    this.#pending.clear();
    for (const { deny, stop } of asks) {
      deny?.();
      stop.abort(why);
    }
  }

  async #answer(requestId: Uint8Array, body: AskBody, signal: AbortSignal, keptKey: string): Promise<Body> {
    try {
      return await this.#ask(requestId, body, signal, keptKey);
    } catch (error) {
      this.#parts.host.log.debug('a request of an uplink failed', { error: messageOf(error) });
      return { case: 'failure', value: failureOf(error) };
    }
  }

  async #ask(requestId: Uint8Array, body: AskBody, signal: AbortSignal, keptKey: string): Promise<Body> {
    const { principal, host, kept } = this.#parts;
    if (body.case === 'permissionRequest') {
      const { action, argumentsJson } = body.value;
      const digest = digestOf(body.value);
      const before = kept.get(keptKey, digest);
      if (before) return { case: 'permissionAnswer', value: before };
      const argumentBytes = new TextEncoder().encode(argumentsJson);
      const value = await host.permit({ principal, action, argumentBytes }, signal);
      if (!signal.aborted) kept.put(keptKey, digest, value);
      return { case: 'permissionAnswer', value };
    }
    if (body.case === 'decision') {
      const { approvalId, binding, decision } = body.value;
      if (!decision) throw new TypeError('a required field is missing');
      const approval = await host.approver(principal).decide({ approvalId, binding, decision });
      return { case: 'decided', value: { approval } };
    }
    const { tools, mail } = host.clients(principal);
    if (body.case === 'mcpRequest') {
      const timeoutMs = body.value.timeoutMs ?? ASK_MS;
      const resultJson = await relayMcp(tools, requestId, body.value, { signal, timeoutMs });
      return { case: 'mcpAnswer', value: { resultJson } };
    }
    const { target, text } = body.value;
    const { expireTime } = await mail.sendMail({ requestId, target, text }, { signal, timeoutMs: ASK_MS });
    return { case: 'messageSent', value: { ...(expireTime && { expireTime }) } };
  }
}
