/** Arrays of messages, which only the revision 2025-03-26 knows. */
import { jsonElements } from '../../../base/json-text.ts';
import { rpcCode, writeError } from '../wire.ts';

/** One message may not become an unbounded number of calls. */
const maxBatch = 100;

/**
 * Serves every message of a batch and gives the array of the answers; `undefined` if none wants one. Throws what
 * `jsonElements` throws.
 */
export async function serveBatch(
  text: string,
  serve: (message: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  const messages = jsonElements(text);
  if (messages.length === 0 || messages.length > maxBatch) {
    return refuseBatch(`a batch holds 1 to ${maxBatch} messages, not ${messages.length}`);
  }
  const answers = await Promise.all(messages.map(serve));
  const wanted = answers.filter((answer) => answer !== undefined);
  return wanted.length === 0 ? undefined : `[${wanted.join(',')}]`;
}

export function refuseBatch(why: string): string {
  return writeError('null', { code: rpcCode.invalidRequest, message: why });
}
