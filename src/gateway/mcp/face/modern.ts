/**
 * The revision 2026-07-28: every request describes itself, nothing is remembered between two of them.
 */
import { jsonObject } from '../../../base/json-text.ts';
import { type RpcRequest, rpcCode } from '../wire.ts';
import { capabilitiesText, instructions, resultMeta } from './about.ts';
import { namedResource, readResource, resourcesText, resourceTemplatesText } from './inbox.ts';
import { listen } from './listen.ts';
import { readPage } from './pages.ts';
import { type RequestParams, stringMember } from './params.ts';
import { logLevels, metaKey, modernCode, modernVersions } from './protocol.ts';
import { type Caller, Refusal, type Reply } from './reply.ts';
import { forModern } from './result.ts';
import { callTool, readCall } from './tools-call.ts';
import type { MeshView } from './view.ts';

/** What discovery says changes only with the software. */
const discoverTtlMs = 60_000;

/** Whether a request is of this era: it names its revision, or asks what only this era knows. */
export function isModern(method: string, { envelope }: RequestParams): boolean {
  return envelope.protocolVersion !== undefined || method === 'server/discover';
}

/** Checks that the request describes itself fully. Throws a `Refusal` (-32602, HTTP 400) that names what is missing. */
export function checkComplete({ envelope }: RequestParams): void {
  const { protocolVersion, clientCapabilities, logLevel } = envelope;
  if (!protocolVersion?.startsWith('"')) throw incomplete(metaKey.protocolVersion);
  if (!clientCapabilities?.startsWith('{')) throw incomplete(metaKey.clientCapabilities);
  if (logLevel !== undefined && !logLevels.includes(unquoted(logLevel))) throw incomplete(metaKey.logLevel);
}

/** Throws a `Refusal` (-32022, HTTP 400) for a revision that we do not speak, with those that we do. */
export function checkVersion({ envelope }: RequestParams): void {
  const version = envelope.protocolVersion ?? '""';
  if (!modernVersions.includes(unquoted(version))) throw unsupported(version);
}

/** Serves a request that `checkComplete` and `checkVersion` have let through. Throws a `Refusal`. */
export async function serveModern(
  view: MeshView,
  request: RpcRequest,
  params: RequestParams,
  caller: Caller,
  agent: string,
): Promise<Reply> {
  switch (request.method) {
    case 'tools/call':
      return callModern(view, params, caller, agent);
    case 'tools/list':
      return listTools(view, params);
    case 'server/discover':
      return discover(view);
    case 'subscriptions/listen':
      return listen(view, request.id, params, caller);
    case 'resources/list':
      return complete(view, resourcesText);
    case 'resources/templates/list':
      return complete(view, resourceTemplatesText);
    case 'resources/read':
      return complete(view, await readResource(view, namedResource(params), caller.cancellation));
    default:
      throw new Refusal(rpcCode.methodNotFound, `Method not found: ${request.method}`, { httpStatus: 404 });
  }
}

async function callModern(view: MeshView, params: RequestParams, caller: Caller, agent: string): Promise<Reply> {
  const { logLevel, clientCapabilities } = params.envelope;
  const context = { logLevel: logLevel && unquoted(logLevel), capabilities: clientCapabilities, agent };
  const reply = await callTool(view, readCall(params, context), caller);
  return 'result' in reply ? { ...reply, result: forModern(reply.result) } : reply;
}

async function listTools(view: MeshView, { members }: RequestParams): Promise<Reply> {
  const page = await readPage(view.catalogue, stringMember(members, 'cursor'));
  const next = page.next === undefined ? '' : `,"nextCursor":${JSON.stringify(page.next)}`;
  return complete(view, `"tools":[${page.definitions.join(',')}]${next}`);
}

function discover(view: MeshView): Reply {
  const facts = [
    `"supportedVersions":${JSON.stringify(modernVersions)}`,
    `"capabilities":${capabilitiesText}`,
    `"instructions":${JSON.stringify(instructions)}`,
  ];
  return complete(view, facts.join(','), discoverTtlMs);
}

/** A result that a client may keep for so long; if absent, it is stale at once: who wants to know when it changes listens. */
function complete({ about }: MeshView, members: string, ttlMs = 0): Reply {
  const facts = `"ttlMs":${ttlMs},"cacheScope":"private","_meta":${resultMeta(about)}`;
  return { result: `{"resultType":"complete",${members},${facts}}` };
}

function unquoted(text: string): string {
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

function incomplete(name: string): Refusal {
  return new Refusal(rpcCode.invalidParams, `"_meta" lacks a good "${name}"`, { httpStatus: 400 });
}

function unsupported(requested: string): Refusal {
  const data = jsonObject([
    ['supported', JSON.stringify(modernVersions)],
    ['requested', requested],
  ]);
  return new Refusal(modernCode.unsupportedVersion, `Unsupported protocol version: ${unquoted(requested)}`, {
    httpStatus: 400,
    data,
  });
}
