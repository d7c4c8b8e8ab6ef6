/** What the policy says before a tool runs, and the wait for a person where it says `ask`. */
import { create } from '@bufbuild/protobuf';
import {
  type CallToolRequest,
  type CallToolResponse,
  CallToolResponseSchema,
} from '../../../gen/towline/v1/tool_service_pb.ts';
import { Cancellation } from '../../base/cancellation.ts';
import { checkPolicy, waitForApproval } from '../../rpc/interceptors/policy.ts';
import { letGo } from '../../rpc/messages.ts';
import type { AskedCall, PolicyGate, ToolPlace } from '../../rpc/policy.ts';
import type { Principal } from '../../rpc/principal.ts';
import { canceled } from '../../rpc/status.ts';
import { WAIT_PROGRESS_MS } from './limits.ts';
import type { CallSource } from './running-call.ts';

/** Progress must grow, and what the tool tells later begins where it likes: the wait takes next to nothing of it. */
const WAIT_STEP = 1e-9;

export class Admission {
  readonly #gate: PolicyGate;
  readonly #progressMs: number;

  constructor(gate: PolicyGate, progressMs = WAIT_PROGRESS_MS) {
    this.#gate = gate;
    this.#progressMs = progressMs;
  }

  /** The call for a person to decide on, if it must not go on before. Throws what the caller shall hear if it must not. */
  check(principal: Principal, request: CallToolRequest, tool: ToolPlace): AskedCall | undefined {
    const { policy } = this.#gate;
    if (policy === undefined) return undefined;
    const { argumentsJson } = request;
    const claimed = principal.agent ?? request.agent;
    const question = { principal, verb: 'tools.call', tool, argumentsJson, ...(claimed && { claimedAgent: claimed }) };
    return checkPolicy(this.#gate, policy, question);
  }

  /** `source`, once a person said yes. `asker` is who asks: it is not waited for when its line is cut. */
  after(asked: AskedCall, progress: boolean, asker: Cancellation, source: CallSource): CallSource {
    return () => {
      const stop = new Cancellation();
      asker.onCancel((reason) => stop.cancel(reason));
      return stoppable(this.#waitAndRun(asked, progress, source, stop), stop);
    };
  }

  async *#waitAndRun(
    asked: AskedCall,
    progress: boolean,
    source: CallSource,
    stop: Cancellation,
  ): AsyncGenerator<CallToolResponse> {
    const said = { text: `waiting for a person to approve this call (rule ${asked.rule})` };
    const answer = waitForApproval(this.#gate, asked, {
      signal: stop.signal,
      onProgress: (text) => {
        said.text = text;
      },
    });
    for await (const step of ticks(answer, this.#progressMs)) {
      if (progress) yield waiting(step, said.text);
    }
    const events = source()[Symbol.asyncIterator]();
    stop.onCancel(() => letGo(events));
    for (let next = await events.next(); !next.done; next = await events.next()) yield next.value;
  }
}

/** `return()` of a generator waits for what the generator waits for: `stop` ends that. */
function stoppable<T>(items: AsyncGenerator<T>, stop: Cancellation): AsyncIterableIterator<T> {
  return {
    next: () => items.next(),
    return() {
      stop.cancel(canceled('the caller stopped reading'));
      return items.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Counts while `answer` is awaited; ends with it, and fails with it. */
async function* ticks(answer: Promise<void>, everyMs: number): AsyncGenerator<number> {
  const settled = answer.then(() => true);
  for (let step = 1; ; step++) {
    const { promise: tick, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), everyMs);
    try {
      if (await Promise.race([settled, tick])) return;
    } finally {
      clearTimeout(timer);
    }
    yield step;
  }
}

function waiting(step: number, message: string): CallToolResponse {
  return create(CallToolResponseSchema, {
    event: { case: 'progress', value: { progress: step * WAIT_STEP, message } },
  });
}
