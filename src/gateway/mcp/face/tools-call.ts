/** `tools/call`: reads the request and finds who answers it, a tool of the mesh or a built-in one. */
import { jsonObject } from '../../../base/json-text.ts';
import { rpcCode } from '../wire.ts';
import { builtIns } from './built-in.ts';
import { callMesh, type ToolCall } from './call.ts';
import { unknownTool } from './call-failure.ts';
import { type RequestParams, stringMember } from './params.ts';
import { type Caller, Refusal, type Reply } from './reply.ts';
import type { MeshView } from './view.ts';

const ownMembers: ReadonlySet<string> = new Set(['name', 'arguments', '_meta']);

/** What a call needs beside its parameters. */
export type CallContext = Pick<ToolCall, 'logLevel' | 'capabilities' | 'agent'>;

/** Throws a `Refusal` for parameters that do not describe a call. */
export function readCall({ members, meta, progressToken }: RequestParams, context: CallContext): ToolCall {
  const name = stringMember(members, 'name');
  if (name === undefined) throw new Refusal(rpcCode.invalidParams, '"name" is missing');
  const text = members.get('arguments') ?? '';
  if (text !== '' && !text.startsWith('{')) throw new Refusal(rpcCode.invalidParams, '"arguments" is not an object');
  return { name, arguments: text, meta, extra: extraOf(members), progressToken, ...context };
}

/** Throws a `Refusal` if there is no such tool. */
export function callTool(view: MeshView, call: ToolCall, caller: Caller): Promise<Reply> {
  const builtIn = builtIns.get(call.name);
  if (builtIn) return builtIn.run(view, call, (inner) => callExposed(view, inner, caller), caller.cancellation);
  return callExposed(view, call, caller);
}

async function callExposed(view: MeshView, call: ToolCall, caller: Caller): Promise<Reply> {
  const tool = view.catalogue.tools.get(call.name) ?? (await view.catalogue.find(call.name));
  if (!tool) throw new Refusal(rpcCode.invalidParams, unknownTool(call.name));
  return callMesh(view, tool, call, caller);
}

function extraOf(members: RequestParams['members']): string {
  const extra: [string, string][] = [];
  for (const member of members) if (!ownMembers.has(member[0])) extra.push(member);
  return extra.length === 0 ? '' : jsonObject(extra);
}
