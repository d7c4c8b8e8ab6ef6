/**
 * JSON-RPC 2.0 on exact text: a message is taken apart without building its values, and put together from texts, so
 * that ids leave as they came, whatever number or string they are. Pure: no sockets, no state, no meaning.
 */
import { LocalError } from '../../base/errors.ts';
import { type JsonMembers, jsonMembers } from '../../base/json-text.ts';
import { type RpcError, rpcCode } from '../../base/rpc-error.ts';
import { MAX_CREDITS, MAX_ID_CHARS, MAX_TIMEOUT_MS } from './limits.ts';

export { type RpcError, rpcCode };

/** What somebody asks for. */
export interface RpcCall {
  /** The exact text of a string, number or null; absent if no answer is wanted. */
  readonly id: string | undefined;
  readonly method: string;
  /** The exact text of an object or array. */
  readonly params: string | undefined;
  /** The member `timeout_ms` beside `params`: how long the caller waits. */
  readonly timeoutMs: number | undefined;
  /** The member `credits` beside `params`: how many values of a stream the caller takes at first. */
  readonly credits: number | undefined;
  /** The member `traceparent` beside `params`: the W3C trace that the call belongs to. */
  readonly traceparent: string | undefined;
}

/** Thrown at what is no request; `id` is the exact text that the answer repeats. */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly id: string;
  readonly error: RpcError;

  constructor(id: string, error: RpcError, cause?: unknown) {
    super(error.message, { cause });
    this.id = id;
    this.error = error;
  }
}

/** Takes one request apart. Throws a `WireError` for text that is no good JSON (-32700) and JSON that is no request (-32600). */
export function parseCall(text: string): RpcCall {
  const members = membersOf(text);
  const id = idOf(members);
  const fail = (why: string) => invalidRequest(why, id);
  if (members.get('jsonrpc') !== '"2.0"') throw fail('"jsonrpc" is not "2.0"');
  const method = members.get('method');
  if (!method?.startsWith('"')) throw fail('"method" is not a string');
  const params = members.get('params');
  if (params !== undefined && !/^[{[]/.test(params)) throw fail('"params" is neither an object nor an array');
  return {
    id,
    method: stringOf(method),
    params,
    timeoutMs: wholeOf(members, 'timeout_ms', MAX_TIMEOUT_MS, fail),
    credits: wholeOf(members, 'credits', MAX_CREDITS, fail),
    traceparent: traceOf(members.get('traceparent'), fail),
  };
}

/** Whether the text starts an array: a batch. */
export function isBatch(text: string): boolean {
  return /^[ \t\r\n]*\[/.test(text);
}

export function writeResult(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}

export function writeError(id: string, error: RpcError): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${writeRpcError(error)}}`;
}

export function writeRpcError({ code, message, data }: RpcError): string {
  const more = data === undefined ? '' : `,"data":${data}`;
  return `{"code":${code},"message":${JSON.stringify(message)}${more}}`;
}

export function writeNotification(method: string, params: string): string {
  return `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${params}}`;
}

/** Text that is no good JSON, as `base/json-text` says it. */
export function parseError(thrown: unknown): WireError {
  if (!(thrown instanceof LocalError)) throw thrown;
  if (thrown.reason === 'JSON_NOT_OBJECT') return invalidRequest('a request is an object', undefined);
  const { reason, message, metadata } = thrown;
  const data = JSON.stringify({ reason, message, metadata });
  return new WireError('null', { code: rpcCode.parse, message: 'Parse error', data }, thrown);
}

/** JSON that is no request. */
export function invalidRequest(why: string, id: string | undefined, reason = 'REQUEST_INVALID'): WireError {
  const data = JSON.stringify({ reason, message: why });
  return new WireError(id ?? 'null', { code: rpcCode.invalidRequest, message: 'Invalid Request', data });
}

/** What two texts of one id have in common: how a string is written does not matter. */
export function idKey(id: string): string {
  return id.includes('\\') ? JSON.stringify(JSON.parse(id)) : id;
}

/** The value of a JSON string. */
export function stringOf(text: string): string {
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}

function membersOf(text: string): JsonMembers {
  try {
    return jsonMembers(text);
  } catch (error) {
    throw parseError(error);
  }
}

function idOf(members: JsonMembers): string | undefined {
  const id = members.get('id');
  if (id === undefined) return undefined;
  if (!/^["\-0-9n]/.test(id)) throw invalidRequest('"id" is neither a string, a number nor null', undefined);
  if (id.length > MAX_ID_CHARS) throw invalidRequest(`"id" is longer than ${MAX_ID_CHARS} characters`, undefined);
  return id;
}

function wholeOf(
  members: JsonMembers,
  name: string,
  max: number,
  fail: (why: string) => WireError,
): number | undefined {
  const text = members.get(name);
  if (text === undefined) return undefined;
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= max)) throw fail(`"${name}" is not a whole number from 1 to ${max}`);
  return value;
}

/** https://www.w3.org/TR/trace-context/#traceparent-header */
function traceOf(text: string | undefined, fail: (why: string) => WireError): string | undefined {
  if (text === undefined) return undefined;
  if (!/^"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"$/.test(text)) {
    throw fail('"traceparent" is not a W3C trace parent');
  }
  return stringOf(text);
}
