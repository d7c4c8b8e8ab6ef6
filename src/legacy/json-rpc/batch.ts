/** One message of a caller: a request, or a batch of them (JSON-RPC 2.0 §6). */
import { jsonElements } from '../../base/json-text.ts';
import type { Outcome } from './call.ts';
import { MAX_BATCH } from './limits.ts';
import {
  invalidRequest,
  isBatch,
  parseCall,
  parseError,
  type RpcCall,
  WireError,
  writeError,
  writeResult,
} from './wire.ts';

/** Does what one request asks for. Throws nothing but `WireError`. */
export type Serve = (call: RpcCall) => Promise<Outcome> | Outcome;

export interface Answer {
  readonly text: string;
  /** To be called when the text has been sent. */
  readonly afterwards: readonly (() => void)[];
}

/** The answer to a message; nothing if none is wanted. The requests of a batch run at the same time. */
export function answerMessage(text: string, serve: Serve): Promise<Answer | undefined> {
  return isBatch(text) ? answerBatch(text, serve) : answerOne(text, serve);
}

async function answerBatch(text: string, serve: Serve): Promise<Answer | undefined> {
  const elements = elementsOf(text);
  if ('text' in elements) return elements;
  const answers = await Promise.all(elements.map((element) => answerOne(element, serve)));
  const wanted = answers.filter((answer) => answer !== undefined);
  if (wanted.length === 0) return undefined;
  const texts = wanted.map((answer) => answer.text);
  return { text: `[${texts.join(',')}]`, afterwards: wanted.flatMap(({ afterwards }) => afterwards) };
}

async function answerOne(text: string, serve: Serve): Promise<Answer | undefined> {
  try {
    const call = parseCall(text);
    const outcome = await serve(call);
    return call.id === undefined ? undefined : answerOf(call.id, outcome);
  } catch (error) {
    return refusal(error);
  }
}

function answerOf(id: string, outcome: Outcome): Answer {
  if ('error' in outcome) return { text: writeError(id, outcome.error), afterwards: [] };
  return { text: writeResult(id, outcome.result), afterwards: outcome.afterwards ? [outcome.afterwards] : [] };
}

function elementsOf(text: string): string[] | Answer {
  try {
    const elements = jsonElements(text);
    if (elements.length > 0 && elements.length <= MAX_BATCH) return elements;
    if (elements.length === 0) throw invalidRequest('a batch holds at least one request', undefined);
    const why = `a batch holds at most ${MAX_BATCH} requests, not ${elements.length}`;
    throw invalidRequest(why, undefined, 'BATCH_TOO_LARGE');
  } catch (error) {
    return refusal(error instanceof WireError ? error : parseError(error));
  }
}

/** The answer to what is no request. */
export function refusal(error: unknown): Answer {
  if (!(error instanceof WireError)) throw error;
  return { text: writeError(error.id, error.error), afterwards: [] };
}
