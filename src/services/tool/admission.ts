/** What the policy says before a tool runs, and the wait for a person where it says `ask`. */
import { create } from '@bufbuild/protobuf';
import {
  type CallToolRequest,
  type CallToolResponse,
  CallToolResponseSchema,
} from '../../../gen/towline/v1/tool_service_pb.ts';
import { checkPolicy, waitForApproval } from '../../rpc/interceptors/policy.ts';
import type { AskedCall, PolicyGate, ToolPlace } from '../../rpc/policy.ts';
import type { Principal } from '../../rpc/principal.ts';
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

  /** `source`, once a person said yes. `asker` is the line to who asks: it is not waited for when that is cut. */
  after(asked: AskedCall, progress: boolean, asker: AbortSignal, source: CallSource): CallSource {
    return (signal) => this.#waitAndRun(asked, progress, asker, source, signal);
  }

  async *#waitAndRun(
    asked: AskedCall,
    progress: boolean,
    asker: AbortSignal,
    source: CallSource,
    signal: AbortSignal,
  ): AsyncGenerator<CallToolResponse> {
    const said = { text: `waiting for a person to approve this call (rule ${asked.rule})` };
    const answer = waitForApproval(this.#gate, asked, {
      signal: AbortSignal.any([asker, signal]),
      onProgress: (text) => {
        said.text = text;
      },
    });
    for await (const step of ticks(answer, this.#progressMs)) {
      if (progress) yield waiting(step, said.text);
    }
    yield* source(signal);
  }
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
