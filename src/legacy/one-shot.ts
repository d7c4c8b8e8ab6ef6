/**
 * One-shot JSON-RPC as older peers of the SPF mesh speak it: `tools/call` and `mesh/info`, one request, one answer.
 * What goes wrong with a tool is text of a normal result there ("BLOCKED | …", "ERROR | …"), never a JSON-RPC error.
 */
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { toHex } from '../base/bytes.ts';
import { jsonMembers } from '../base/json-text.ts';
import { createClient } from '../rpc/client.ts';
import { errorInfoOf } from '../rpc/failure.ts';

/** Who asks: the services of this node on its behalf, and for how long. */
export interface OneShotCaller {
  readonly transport: Transport;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Gets the exact JSON text of `params`; gives that of the result. Throws a `ConnectError`. */
export type OneShotMethod = (params: string | undefined, caller: OneShotCaller) => Promise<string>;

export const oneShotMethods: ReadonlyMap<string, OneShotMethod> = new Map([
  ['tools/call', callTool],
  ['mesh/info', meshInfo],
]);

/**
 * Answers one request. The id is repeated as it is, `null` if there is none; `jsonrpc` is not looked at. Never rejects.
 */
export async function answerOneShot(text: string, caller: OneShotCaller): Promise<string> {
  let members: ReturnType<typeof jsonMembers>;
  try {
    members = jsonMembers(text);
  } catch {
    return answer('null', 'error', JSON.stringify({ code: -32700, message: 'Parse error' }));
  }
  const id = members.get('id') ?? 'null';
  const name = stringOf(members.get('method'));
  const method = oneShotMethods.get(name);
  if (method === undefined) return answer(id, 'error', unknownMethod(name));
  try {
    return answer(id, 'result', await method(members.get('params'), caller));
  } catch (error) {
    const { rawMessage } = ConnectError.from(error);
    return answer(id, 'error', JSON.stringify({ code: -32603, message: rawMessage }));
  }
}

function answer(id: string, member: 'result' | 'error', text: string): string {
  return `{"jsonrpc":"2.0","id":${id},"${member}":${text}}`;
}

function unknownMethod(name: string): string {
  return JSON.stringify({ code: -32601, message: `Unknown method: ${name}` });
}

/** The tool `name` ("node/upstream/name", "upstream/name" or "name") with the object `arguments`. */
async function callTool(params: string | undefined, { transport, signal, timeoutMs }: OneShotCaller): Promise<string> {
  const members = params?.startsWith('{') ? jsonMembers(params) : new Map<string, string>();
  const name = stringOf(members.get('name'));
  const call = { tool: toolRef(name), argumentsJson: members.get('arguments') ?? '{}' };
  const options = { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
  try {
    let result: string | undefined;
    for await (const { event } of createClient(ToolService, transport).callTool(call, options)) {
      if (event.case === 'result') result = event.value.resultJson;
    }
    return result === undefined ? textResult('ERROR | the tool ended without an answer') : contentOf(result);
  } catch (error) {
    return textResult(failureText(name, ConnectError.from(error)));
  }
}

async function meshInfo(_params: string | undefined, { transport, signal, timeoutMs }: OneShotCaller): Promise<string> {
  const options = { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
  const { node } = await createClient(NodeService, transport).getNode({}, options);
  const { nodeId = new Uint8Array(), role = '', team = '', displayName = '', software = '' } = node ?? {};
  return JSON.stringify({
    version: software.replace(/^[^/]*\//, ''),
    peer_id: toHex(nodeId),
    role: role.toLowerCase(),
    team,
    name: displayName,
  });
}

/** The items as the tool wrote them; nothing else of the result is known to these peers. */
function contentOf(result: string): string {
  const content = jsonMembers(result).get('content');
  return `{"content":${content?.startsWith('[') ? content : '[]'}}`;
}

function textResult(text: string): string {
  return JSON.stringify({ content: [{ type: 'text', text }] });
}

/** Codes of a caller that may not; anything else went wrong. */
const blocked: ReadonlySet<Code> = new Set([Code.PermissionDenied, Code.Unauthenticated]);

function failureText(tool: string, error: ConnectError): string {
  const reason = errorInfoOf(error)?.reason;
  const said = reason === undefined ? error.rawMessage : `${reason}: ${error.rawMessage}`;
  return `${blocked.has(error.code) ? 'BLOCKED' : 'ERROR'} | ${tool} | ${said}`;
}

function toolRef(text: string) {
  const parts = text.split('/');
  const [first = '', second = ''] = parts;
  if (parts.length === 1) return { name: first };
  if (parts.length === 2) return { upstream: first, name: second };
  return { node: first, upstream: second, name: parts.slice(2).join('/') };
}

/** What is no string counts as empty. */
function stringOf(text: string | undefined): string {
  return text?.startsWith('"') ? (JSON.parse(text) as string) : '';
}
