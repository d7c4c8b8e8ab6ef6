/**
 * The revision 2026-07-28: every request describes itself, nothing is remembered between two of them.
 */
import { jsonMembers, jsonObject } from '../../../base/json-text.ts';
import { type RpcRequest, rpcCode, writeNotification } from '../wire.ts';
import { capabilitiesText, instructions, resultMeta, serverInfoText } from './about.ts';
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

async function listTools({ catalogue, about }: MeshView, { members }: RequestParams): Promise<Reply> {
  const page = await readPage(catalogue, stringMember(members, 'cursor'));
  const cursor: [string, string][] = page.next === undefined ? [] : [['nextCursor', JSON.stringify(page.next)]];
  // Stale at once: who wants to keep the list has subscriptions/listen to know when it changes.
  const result = jsonObject([
    ['resultType', '"complete"'],
    ['tools', `[${page.definitions.join(',')}]`],
    ...cursor,
    ['ttlMs', '0'],
    ['cacheScope', '"private"'],
    ['_meta', resultMeta(about)],
  ]);
  return { result };
}

function discover({ about }: MeshView): Reply {
  const result = jsonObject([
    ['resultType', '"complete"'],
    ['supportedVersions', JSON.stringify(modernVersions)],
    ['capabilities', capabilitiesText],
    ['instructions', JSON.stringify(instructions)],
    ['ttlMs', String(discoverTtlMs)],
    ['cacheScope', '"private"'],
    ['_meta', resultMeta(about)],
  ]);
  return { result };
}

/** Runs until the caller goes or the gateway closes. Of all that can be listened to, we have the list of tools. */
async function listen(
  { catalogue, about }: MeshView,
  id: string,
  params: RequestParams,
  caller: Caller,
): Promise<Reply> {
  const wanted = params.members.get('notifications');
  if (!wanted?.startsWith('{')) throw new Refusal(rpcCode.invalidParams, '"notifications" must be an object');
  const wantsTools = jsonMembers(wanted).get('toolsListChanged') === 'true';
  const tag = `"_meta":${jsonObject([[metaKey.subscriptionId, id]])}`;
  const granted = wantsTools ? '{"toolsListChanged":true}' : '{}';
  await caller.notify(
    writeNotification('notifications/subscriptions/acknowledged', `{${tag},"notifications":${granted}}`),
  );
  if (wantsTools) {
    const changed = writeNotification('notifications/tools/list_changed', `{${tag}}`);
    const stop = catalogue.onChange(() => void caller.notify(changed));
    await aborted(AbortSignal.any([caller.cancellation.signal, catalogue.closed]));
    stop();
  }
  const meta = jsonObject([
    [metaKey.subscriptionId, id],
    [metaKey.serverInfo, serverInfoText(about)],
  ]);
  return { result: `{"resultType":"complete","_meta":${meta}}` };
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
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
