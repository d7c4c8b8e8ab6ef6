/** Requests of MCP that an agent puts to the mesh: two methods, as calls of ToolService in its name. */
import { type CallOptions, type Client, Code } from '@connectrpc/connect';
import type { Tool } from '../../../gen/towline/v1/tool_pb.ts';
import type { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import type { UplinkMcpRequest } from '../../../gen/towline/v1/uplink_pb.ts';
import { messageOf } from '../../base/errors.ts';
import { type JsonMembers, jsonMembers, jsonObject } from '../../base/json-text.ts';
import { failure } from '../../rpc/failure.ts';
import { MAX_RESULT_BYTES } from './limits.ts';
import { badCall, resultTooLarge } from './problems.ts';

const PAGE = 1_000;

type Tools = Client<typeof ToolService>;

/** The exact JSON text of the result. */
export async function relayMcp(
  tools: Tools,
  requestId: Uint8Array,
  { method, paramsJson }: UplinkMcpRequest,
  options: CallOptions,
): Promise<string> {
  const result =
    method === 'tools/list' ? await list(tools, options) : await call(tools, requestId, paramsJson, options);
  if (Buffer.byteLength(result) > MAX_RESULT_BYTES) throw resultTooLarge();
  return result;
}

async function list(tools: Tools, options: CallOptions): Promise<string> {
  const texts: string[] = [];
  let [pageToken, chars] = ['', 0];
  do {
    const page = await tools.listTools({ pageSize: PAGE, pageToken }, options);
    for (const tool of page.tools) {
      const text = definitionOf(tool);
      chars += text.length;
      if (chars > MAX_RESULT_BYTES) throw resultTooLarge();
      texts.push(text);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return `{"tools":[${texts.join(',')}]}`;
}

/** Under the name by which the agent calls it. */
function definitionOf({ ref, definitionJson }: Tool): string {
  const name = JSON.stringify(`${ref?.node}/${ref?.upstream}/${ref?.name}`);
  return jsonObject(jsonMembers(definitionJson).set('name', name));
}

async function call(tools: Tools, requestId: Uint8Array, paramsJson: string, options: CallOptions): Promise<string> {
  const { name, arguments: argumentsJson = '', _meta: metaJson = '', ...extra } = paramsOf(paramsJson);
  const rest = Object.entries(extra).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const extraJson = rest.length > 0 ? jsonObject(rest) : '';
  const request = { requestId, tool: toolOf(name), argumentsJson, metaJson, extraJson };
  for await (const { event } of tools.callTool(request, options)) {
    if (event.case === 'result') return event.value.resultJson;
  }
  throw failure(Code.Unavailable, 'UPSTREAM_DOWN', 'the call ended without a result', {
    help: 'look at what the tool would have changed before you call it again',
  });
}

function paramsOf(text: string): Readonly<Record<string, string | undefined>> {
  let members: JsonMembers;
  try {
    members = jsonMembers(text);
  } catch (error) {
    throw badCall(`params: ${messageOf(error)}`);
  }
  return Object.assign(Object.create(null), Object.fromEntries(members));
}

/** "NODE/UPSTREAM/TOOL"; the tool's own name may have slashes too. */
function toolOf(text: string | undefined): { node: string; upstream: string; name: string } {
  const path: unknown = JSON.parse(text ?? 'null');
  const [, node, upstream, name] = (typeof path === 'string' && /^([^/]+)\/([^/]+)\/(.+)$/s.exec(path)) || [];
  if (!node || !upstream || !name) throw badCall('the name is not NODE/UPSTREAM/TOOL');
  return { node, upstream, name };
}
