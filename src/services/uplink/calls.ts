/** The calls that one agent has in work. Each ends once: by its answer, its caller, its time, or the end of the line. */
import { create } from '@bufbuild/protobuf';
import {
  type CallToolRequest,
  type CallToolResponse,
  CallToolResponseSchema,
  type ToolProgress,
} from '../../../gen/towline/v1/tool_service_pb.ts';
import type { UplinkFailure } from '../../../gen/towline/v1/uplink_pb.ts';
import { AsyncQueue } from '../../base/async-queue.ts';
import { toHex } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import { jsonMembers } from '../../base/json-text.ts';
import { newRequestId } from '../../base/request-id.ts';
import { CALL_MS, MAX_ARGUMENT_BYTES, MAX_CALLS, MAX_UNREAD_PROGRESS } from './limits.ts';
import type { Outbox } from './outbox.ts';
import { argumentsTooLarge, busy, lineLost, noAnswer, notAttached, resultNotJson, toolFailed } from './problems.ts';

interface PendingCall {
  readonly events: AsyncQueue<CallToolResponse>;
  readonly timer: NodeJS.Timeout;
}

export class Calls {
  readonly #agent: string;
  readonly #outbox: Outbox;
  readonly #pending = new Map<string, PendingCall>();
  #isOver = false;

  constructor(agent: string, outbox: Outbox) {
    this.#agent = agent;
    this.#outbox = outbox;
  }

  /** Throws UPSTREAM_DOWN, UPLINK_BUSY or ARGUMENTS_TOO_LARGE: then the agent was not asked. */
  async *call(request: CallToolRequest, signal: AbortSignal): AsyncGenerator<CallToolResponse> {
    signal.throwIfAborted();
    this.#check(request);
    const requestId = newRequestId();
    const key = toHex(requestId);
    const events = new AsyncQueue<CallToolResponse>();
    const timer = setTimeout(() => events.fail(noAnswer(this.#agent)), CALL_MS).unref();
    const giveUp = () => events.fail(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#pending.set(key, { events, timer });
    const { tool, argumentsJson, metaJson, extraJson, progress } = request;
    const value = { name: tool?.name ?? '', argumentsJson, metaJson, extraJson, progress };
    this.#outbox.push({ case: 'toolCall', value }, requestId);
    try {
      yield* events;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      // Still there: nobody waits for the answer any more.
      if (this.#pending.delete(key)) this.#outbox.push({ case: 'cancel', value: {} }, requestId);
    }
  }

  /** Whether the call is in work. */
  progress(requestId: Uint8Array, value: ToolProgress): boolean {
    const call = this.#pending.get(toHex(requestId));
    if (!call) return false;
    call.timer.refresh();
    if (call.events.size < MAX_UNREAD_PROGRESS) {
      call.events.push(create(CallToolResponseSchema, { event: { case: 'progress', value } }));
    }
    return true;
  }

  /** Whether the call was in work: an answer for another one has no effect. */
  settle(requestId: Uint8Array, resultJson: string): boolean {
    const call = this.#take(requestId);
    if (!call) return false;
    try {
      const isError = jsonMembers(resultJson).get('isError') === 'true';
      call.events.push(create(CallToolResponseSchema, { event: { case: 'result', value: { resultJson, isError } } }));
      call.events.end();
    } catch (error) {
      call.events.fail(resultNotJson(messageOf(error)));
    }
    return true;
  }

  /** As `settle`. */
  fail(requestId: Uint8Array, failed: UplinkFailure): boolean {
    const call = this.#take(requestId);
    call?.events.fail(toolFailed(this.#agent, failed));
    return call !== undefined;
  }

  /** The line ended: nothing is answered any more. */
  cut(): void {
    this.#isOver = true;
    for (const { events, timer } of this.#pending.values()) {
      clearTimeout(timer);
      events.fail(lineLost(this.#agent));
    }
    this.#pending.clear();
  }

  #take(requestId: Uint8Array): PendingCall | undefined {
    const key = toHex(requestId);
    const call = this.#pending.get(key);
    this.#pending.delete(key);
    return call;
  }

  #check({ argumentsJson, extraJson }: CallToolRequest): void {
    if (this.#isOver) throw notAttached(this.#agent);
    if (this.#pending.size >= MAX_CALLS) throw busy(`${this.#agent} has ${MAX_CALLS} calls in work`);
    const bytes = Buffer.byteLength(argumentsJson) + Buffer.byteLength(extraJson);
    if (bytes > MAX_ARGUMENT_BYTES) throw argumentsTooLarge();
  }
}
