/**
 * The parameters of a request, taken apart: what belongs to this hop (envelope, progress token) and what belongs to
 * the tool, which goes on as exact text.
 */
import { type InnerObjects, type JsonMembers, jsonMembers, jsonObject } from '../../../base/json-text.ts';
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

/** Gets the members of a request's `params`, and of its `_meta`, while the message is taken apart. */
export class ParamMembers {
  readonly members: JsonMembers = new Map();
  readonly meta: JsonMembers = new Map();
  /** For `jsonMembers` of `params`. */
  readonly inParams: InnerObjects = new Map([['_meta', { members: this.meta }]]);
  /** For `jsonMembers` of the whole message. */
  readonly inMessage: InnerObjects = new Map([['params', { members: this.members, inner: this.inParams }]]);
}

/**
 * Reads parameters, given as exact text; `found` holds their members if the message was taken apart with it. Throws a
 * `Refusal` for parameters that are no object, or whose `_meta` is none.
 */
export function readParams(text: string | undefined, found?: ParamMembers): RequestParams {
  if (text !== undefined && !text.startsWith('{'))
    throw new Refusal(rpcCode.invalidParams, '"params" is not an object');
  const { inParams, meta } = found ?? new ParamMembers();
  return takeApart(found?.members ?? jsonMembers(text ?? '{}', inParams), meta);
}

/** The value of a string member. Throws a `Refusal` for values of another kind. */
export function stringMember(members: JsonMembers, name: string): string | undefined {
  const text = members.get(name);
  if (text === undefined) return undefined;
  if (!text.startsWith('"')) throw new Refusal(rpcCode.invalidParams, `"${name}" is not a string`);
  return JSON.parse(text) as string;
}

function takeApart(members: JsonMembers, meta: JsonMembers): RequestParams {
  const text = members.get('_meta');
  if (text !== undefined && !text.startsWith('{')) throw new Refusal(rpcCode.invalidParams, '"_meta" is not an object');
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
  const kept: [string, string][] = [];
  for (const member of meta) if (!hopKeys.has(member[0])) kept.push(member);
  if (kept.length === 0) return '';
  return kept.length === meta.size && text !== undefined ? text : jsonObject(kept);
}
