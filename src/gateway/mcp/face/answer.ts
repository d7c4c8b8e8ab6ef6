/** From whatever was thrown or answered to the text that goes out. */
import { LocalError, messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { rpcCode, writeError, writeResult } from '../wire.ts';
import { Refusal, type Reply } from './reply.ts';

/** Runs a request to its reply. Never throws: what is no `Refusal` is our own fault, and logged. */
export async function replyOf(run: () => Promise<Reply>, log: Log): Promise<Reply> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refusal) return error.toReply();
    if (error instanceof LocalError && error.reason.startsWith('JSON_')) return badJson(error);
    log.error('an MCP request failed', { error: messageOf(error) });
    return { error: { code: rpcCode.internal, message: 'Internal error' } };
  }
}

/** The message that carries a reply. `id` is exact text. */
export function replyText(id: string, reply: Reply): string {
  return 'result' in reply ? writeResult(id, reply.result) : writeError(id, reply.error);
}

/** The answer to `text`, which is no message: `error` is what `parseMessage` threw. */
export function unreadable(error: unknown, text: string): { readonly id: string; readonly reply: Reply } {
  if (!(error instanceof LocalError)) throw error;
  const isJson = error.reason === 'RPC_INVALID' || error.reason === 'JSON_NOT_OBJECT';
  const code = isJson ? rpcCode.invalidRequest : rpcCode.parse;
  const reply: Reply = { error: { code, message: error.message }, httpStatus: 400 };
  return { id: error.metadata['id'] ?? looseId(error, text), reply };
}

/** A text that is only too loose for us still names its request: with the id, the client need not wait in vain. */
function looseId({ reason }: LocalError, text: string): string {
  if (reason !== 'JSON_DUPLICATE_MEMBER' && reason !== 'JSON_LONE_SURROGATE') return 'null';
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'string' || Number.isSafeInteger(id) ? JSON.stringify(id) : 'null';
  } catch {
    return 'null'; // What follows the first fault is no JSON at all.
  }
}

/** A text of JSON inside a message that was good as a whole: a peer's result or an error's data. */
function badJson(error: LocalError): Reply {
  return { error: { code: rpcCode.internal, message: `The answer of the tool cannot be passed on: ${error.message}` } };
}
