/**
 * JSON-RPC 2.0 as MCP speaks it, on exact text: a message is taken apart into its members without building their
 * values, and put together from texts. Ids, parameters, results and error data leave as they came.
 * Pure: no sockets, no state, no meaning.
 */
import { LocalError } from '../../base/errors.ts';
import { type InnerObjects, type JsonMembers, jsonMembers, jsonObject } from '../../base/json-text.ts';
import { type RpcError, rpcCode } from '../../base/rpc-error.ts';

export { type RpcError, rpcCode };

/** Asks for an answer. `id` is the exact text of a string or number; `params` that of an object or array. */
export interface RpcRequest {
  readonly kind: 'request';
  readonly id: string;
  readonly method: string;
  readonly params?: string;
}

export interface RpcNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params?: string;
}

/** A good answer; `result` is exact JSON text. */
export interface RpcResponse {
  readonly kind: 'response';
  readonly id: string;
  readonly result: string;
}

/** A bad answer. `id` is `null` where the other side could not tell what it answers. */
export interface RpcErrorResponse {
  readonly kind: 'error';
  readonly id: string;
  readonly error: RpcError;
}

export type RpcMessage = RpcRequest | RpcNotification | RpcResponse | RpcErrorResponse;

/**
 * Takes one message apart. Throws a `LocalError`: a `JSON_…` reason of base/json-text for text that is no good JSON
 * (answer -32700), or `RPC_INVALID` for JSON that is no message, batches included (answer -32600); its
 * `metadata.id` then holds the exact text of the id, where there is a legal one. `inner` is as for `jsonMembers`.
 */
export function parseMessage(text: string, inner?: InnerObjects): RpcMessage {
  const members = jsonMembers(text, inner);
  if (members.get('jsonrpc') !== '"2.0"') throw invalid('"jsonrpc" is not "2.0"', members);
  return members.has('method') ? parseCall(members) : parseAnswer(members);
}

/** Whether the text starts an array: a batch of the revision 2025-03-26 (`jsonElements` slices it). */
export function isBatch(text: string): boolean {
  return /^\s*\[/.test(text);
}

export function writeRequest(id: string, method: string, params?: string): string {
  return `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)}${withParams(params)}}`;
}

export function writeNotification(method: string, params?: string): string {
  return `{"jsonrpc":"2.0","method":${JSON.stringify(method)}${withParams(params)}}`;
}

export function writeResult(id: string, result: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
}

export function writeError(id: string, error: RpcError): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${writeRpcError(error)}}`;
}

/** The text as one line, for transports that frame by lines. Raw line breaks can only stand between tokens of JSON. */
export function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text;
}

function parseCall(members: JsonMembers): RpcRequest | RpcNotification {
  const method = stringOf(members.get('method'));
  if (method === undefined) throw invalid('"method" is not a string', members);
  const params = members.get('params');
  if (params !== undefined && !/^[{[]/.test(params)) throw invalid('"params" is neither object nor array', members);
  const call = params === undefined ? { method } : { method, params };
  if (!members.has('id')) return { kind: 'notification', ...call };
  return { kind: 'request', id: idOf(members), ...call };
}

function parseAnswer(members: JsonMembers): RpcResponse | RpcErrorResponse {
  const result = members.get('result');
  const error = members.get('error');
  if ((result === undefined) === (error === undefined)) {
    throw invalid('neither a method, nor exactly one of result and error', members);
  }
  if (result !== undefined) return { kind: 'response', id: idOf(members), result };
  const id = members.get('id') ?? 'null';
  return { kind: 'error', id: id === 'null' ? id : idOf(members), error: parseRpcError(error ?? '', members) };
}

function parseRpcError(text: string, message: JsonMembers): RpcError {
  if (!text.startsWith('{')) throw invalid('"error" is not an object', message);
  const members = jsonMembers(text);
  const code = Number(members.get('code'));
  if (!Number.isInteger(code)) throw invalid('the error has no whole "code"', message);
  const data = members.get('data');
  const said = stringOf(members.get('message')) ?? '';
  return data === undefined ? { code, message: said } : { code, message: said, data };
}

function writeRpcError({ code, message, data }: RpcError): string {
  const members: [string, string][] = [
    ['code', String(code)],
    ['message', JSON.stringify(message)],
  ];
  if (data !== undefined) members.push(['data', data]);
  return jsonObject(members);
}

function withParams(params: string | undefined): string {
  return params === undefined ? '' : `,"params":${params}`;
}

function idOf(members: JsonMembers): string {
  const id = members.get('id');
  if (!isLegalId(id)) throw invalid('"id" is neither string nor number', members);
  return id;
}

function isLegalId(id: string | undefined): id is string {
  return id !== undefined && /^["\-0-9]/.test(id);
}

function stringOf(text: string | undefined): string | undefined {
  return text?.startsWith('"') ? (JSON.parse(text) as string) : undefined;
}

function invalid(what: string, members: JsonMembers): LocalError {
  const id = members.get('id');
  return new LocalError('RPC_INVALID', `not a JSON-RPC 2.0 message: ${what}`, {
    metadata: isLegalId(id) ? { id } : {},
  });
}
