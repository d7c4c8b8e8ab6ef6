/** What a text from an upstream is: a message, a broken answer to a request of ours, or junk. */
import { LocalError, messageOf } from '../../../base/errors.ts';
import { parseMessage, type RpcMessage } from '../wire.ts';

export type Incoming =
  | { readonly kind: 'message'; readonly message: RpcMessage }
  | { readonly kind: 'broken'; readonly requestId: number; readonly why: string }
  | { readonly kind: 'junk'; readonly why: string };

/**
 * Reads one text. An answer that is JSON but not good enough to pass on (a member twice, half a surrogate pair) is
 * traced to its request, so that the call fails now and not after its timeout.
 */
export function readIncoming(text: string): Incoming {
  try {
    return { kind: 'message', message: parseMessage(text) };
  } catch (error) {
    const requestId = error instanceof LocalError && error.reason !== 'JSON_INVALID' ? looseId(text) : undefined;
    const why = messageOf(error);
    return requestId === undefined ? { kind: 'junk', why } : { kind: 'broken', requestId, why };
  }
}

function looseId(text: string): number | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('id' in value) || 'method' in value) return undefined;
  return typeof value.id === 'number' ? value.id : undefined;
}

/** The request id in the first or last bytes of an answer that was too large to keep. */
export function idAtTheEdges(head: string, tail: string): number | undefined {
  const found =
    /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+)\s*,/.exec(head) ??
    /,\s*"id"\s*:\s*(\d+)\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(tail);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
