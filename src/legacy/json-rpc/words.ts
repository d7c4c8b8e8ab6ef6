/** What a caller says about its own calls: `rpc.cancel`, `rpc.credit` and, into streams of requests, `rpc.stream`. */
import { Code } from '@connectrpc/connect';
import { jsonMembers } from '../../base/json-text.ts';
import { failure } from '../../rpc/failure.ts';
import { MAX_CREDITS } from './limits.ts';
import type { RpcCall } from './wire.ts';

/** `id` is the exact text of the id of the call that is meant. */
export type Word =
  | { readonly kind: 'cancel'; readonly id: string }
  | { readonly kind: 'credit'; readonly id: string; readonly messages: number }
  | { readonly kind: 'value'; readonly id: string; readonly text: string }
  | { readonly kind: 'end'; readonly id: string };

const methods: ReadonlySet<string> = new Set(['rpc.cancel', 'rpc.credit', 'rpc.stream']);

export function isWord(method: string): boolean {
  return method.startsWith('rpc.') && methods.has(method);
}

/** Throws `PARAMS_INVALID`. */
export function readWord({ method, params }: RpcCall): Word {
  const members = params?.startsWith('{') ? jsonMembers(params) : new Map<string, string>();
  const id = members.get('id');
  if (id === undefined || !/^["\-0-9]/.test(id))
    throw invalid(method, 'id', 'the id of the call that is meant is missing');
  if (method === 'rpc.cancel') return { kind: 'cancel', id };
  if (method === 'rpc.credit') return { kind: 'credit', id, messages: countOf(members.get('messages')) };
  const text = members.get('value');
  if (text !== undefined) return { kind: 'value', id, text };
  if (members.get('end') === 'true') return { kind: 'end', id };
  throw invalid(method, 'value', 'neither "value" nor "end": true is there');
}

function countOf(text: string | undefined): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_CREDITS) return count;
  throw invalid('rpc.credit', 'messages', `"messages" is not a whole number from 1 to ${MAX_CREDITS}`);
}

function invalid(method: string, field: string, message: string) {
  return failure(Code.InvalidArgument, 'PARAMS_INVALID', message, {
    metadata: { message: method, field, rule: 'json' },
    permanent: true,
  });
}
