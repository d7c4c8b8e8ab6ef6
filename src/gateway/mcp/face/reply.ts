/** What a request is answered with, and who waits for it: the same for every transport. */
import type { Cancellation } from '../../../base/cancellation.ts';
import type { RpcError } from '../wire.ts';

/** The end of a request. `httpStatus` counts on HTTP only; if absent, 200. */
export type Reply =
  | { readonly result: string; readonly isError?: boolean }
  | { readonly error: RpcError; readonly httpStatus?: number };

/** The one who sent a request, while it runs. */
export interface Caller {
  /** Comes when the caller has cancelled or gone: no reply is wanted any more. */
  readonly cancellation: Cancellation;
  /**
   * Sends a notification that belongs to the request. If it returns a promise, the caller reads slower than we
   * write: wait for it before sending more.
   */
  notify(message: string): Promise<void> | undefined;
}

/** Thrown where a request cannot be served as it stands; becomes a JSON-RPC error. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;
  readonly httpStatus: number | undefined;
  /** Exact JSON text. */
  readonly data: string | undefined;

  constructor(code: number, message: string, facts: { httpStatus?: number; data?: string } = {}) {
    super(message);
    this.code = code;
    this.httpStatus = facts.httpStatus;
    this.data = facts.data;
  }

  toReply(): Reply {
    const { code, message, data, httpStatus } = this;
    const error = data === undefined ? { code, message } : { code, message, data };
    return httpStatus === undefined ? { error } : { error, httpStatus };
  }
}

/** A tool result that says in words what went wrong, so that the model reads it. */
export function errorResult(text: string): Reply {
  return { result: JSON.stringify({ content: [{ type: 'text', text }], isError: true }), isError: true };
}

export function textResult(text: string): Reply {
  return { result: JSON.stringify({ content: [{ type: 'text', text }] }) };
}
