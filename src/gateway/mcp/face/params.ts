/**
 * The parameters of a request, taken apart: what belongs to this hop (envelope, progress token) and what belongs to
 * the tool, which goes on as exact text.
 */
import { type JsonMembers, jsonMembers, jsonObject } from '../../../base/json-text.ts';
import { rpcCode } from '../wire.ts';
import { metaKey } from './protocol.ts';
import { Refusal } from './reply.ts';

/** Exact texts; `undefined` where the member is missing. */
export interface Envelope {
  readonly protocolVersion: string | undefined;
  readonly clientInfo: string | undefined;
  readonly clientCapabilities: string | undefined;
  readonly logLevel: string | undefined;
}

export interface RequestParams {
  /** All members of `params`, `_meta` included. */
  readonly members: JsonMembers;
  readonly envelope: Envelope;
  /** The exact text of the token, `0` and `""` included; `undefined` if no progress is wanted. */
  readonly progressToken: string | undefined;
  /** `_meta` without what belongs to this hop; empty if nothing is left. */
  readonly meta: string;
}

const hopKeys: ReadonlySet<string> = new Set([
  metaKey.protocolVersion,
  metaKey.clientInfo,
  metaKey.clientCapabilities,
  metaKey.logLevel,
  metaKey.progressToken,
]);

const nothing: RequestParams = readMembers(new Map());

/** Throws a `Refusal` for parameters that are no object, or whose `_meta` is none. */
export function readParams(text: string | undefined): RequestParams {
  if (text === undefined) return nothing;
  if (!text.startsWith('{')) throw new Refusal(rpcCode.invalidParams, '"params" is not an object');
  return readMembers(jsonMembers(text));
}

/** The value of a string member. Throws a `Refusal` for values of another kind. */
export function stringMember(members: JsonMembers, name: string): string | undefined {
  const text = members.get(name);
  if (text === undefined) return undefined;
  if (!text.startsWith('"')) throw new Refusal(rpcCode.invalidParams, `"${name}" is not a string`);
  return JSON.parse(text) as string;
}

function readMembers(members: JsonMembers): RequestParams {
  const text = members.get('_meta');
  if (text !== undefined && !text.startsWith('{')) throw new Refusal(rpcCode.invalidParams, '"_meta" is not an object');
  const meta: JsonMembers = text === undefined ? new Map() : jsonMembers(text);
  return {
    members,
    envelope: {
      protocolVersion: meta.get(metaKey.protocolVersion),
      clientInfo: meta.get(metaKey.clientInfo),
      clientCapabilities: meta.get(metaKey.clientCapabilities),
      logLevel: meta.get(metaKey.logLevel),
    },
    progressToken: tokenOf(meta.get(metaKey.progressToken)),
    meta: withoutHop(text, meta),
  };
}

function tokenOf(text: string | undefined): string | undefined {
  if (text === undefined || /^["\-0-9]/.test(text)) return text;
  throw new Refusal(rpcCode.invalidParams, '"progressToken" is neither string nor number');
}

function withoutHop(text: string | undefined, meta: JsonMembers): string {
  const kept = [...meta].filter(([name]) => !hopKeys.has(name));
  if (kept.length === 0) return '';
  return kept.length === meta.size && text !== undefined ? text : jsonObject(kept);
}
