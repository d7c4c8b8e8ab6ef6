/**
 * A failed call in the words of MCP. What the model can react to (a peer that is away, a refused approval) is a tool
 * result, so that it sees it; what is wrong with the request itself is a JSON-RPC error.
 */
import { Code, ConnectError } from '@connectrpc/connect';
import { type ToolError, ToolErrorSchema } from '../../../../gen/towline/v1/error_info_pb.ts';
import { checkJson, jsonMembers } from '../../../base/json-text.ts';
import { errorInfoOf } from '../../../rpc/failure.ts';
import { type RpcError, rpcCode } from '../wire.ts';
import { modernCode } from './protocol.ts';
import { errorResult, type Reply } from './reply.ts';

/** Statuses that are nothing for the model: the request, or the gateway itself, is broken. */
const protocolCodes: ReadonlyMap<Code, number> = new Map([
  [Code.InvalidArgument, rpcCode.invalidParams],
  [Code.NotFound, rpcCode.invalidParams],
  [Code.Unauthenticated, rpcCode.internal],
  [Code.Unimplemented, rpcCode.internal],
  [Code.Internal, rpcCode.internal],
]);

/** `capabilities` is the exact text of what the caller declared, where it did. */
export function replyToFailure(thrown: unknown, tool: string, capabilities: string | undefined): Reply {
  const error = ConnectError.from(thrown, Code.Internal);
  const said = error.findDetails(ToolErrorSchema)[0];
  if (said) return replyToToolError(said, capabilities);
  const code = protocolCodes.get(error.code);
  if (code === undefined) return errorResult(adviceOn(error));
  const message = errorInfoOf(error)?.reason === 'TOOL_NOT_FOUND' ? unknownTool(tool) : adviceOn(error);
  return { error: { code, message } };
}

export function unknownTool(name: string): string {
  return `Unknown tool: ${name}. The mesh may have changed: list the tools again, or ask towline_find_tool.`;
}

/** What the upstream said, unless it speaks of the hop between it and us. */
function replyToToolError({ code, message, dataJson }: ToolError, capabilities: string | undefined): Reply {
  if (dataJson !== undefined) checkJson(dataJson);
  const error: RpcError = dataJson === undefined ? { code, message } : { code, message, data: dataJson };
  if (code > modernCode.headerMismatch || code <= modernCode.headerMismatch - 10) return { error };
  if (code === modernCode.missingCapability && lacksOneOf(dataJson, capabilities)) return { error, httpStatus: 400 };
  return errorResult(`The tool's own server refused how the mesh asked it (${code}): ${message}`);
}

/** Whether it is true of this caller, too, that a required capability is missing. */
function lacksOneOf(data: string | undefined, capabilities: string | undefined): boolean {
  const required = data?.startsWith('{') ? jsonMembers(data).get('requiredCapabilities') : undefined;
  if (capabilities === undefined || !required?.startsWith('{')) return false;
  const declared = jsonMembers(capabilities);
  return [...jsonMembers(required).keys()].some((name) => !declared.has(name));
}

/** The failure and what can be done about it, in sentences. */
function adviceOn(error: ConnectError): string {
  const info = errorInfoOf(error);
  const sentences = [sentence(error.rawMessage || 'The call failed')];
  if (info?.reason === 'OUTCOME_UNKNOWN') {
    sentences.push('The tool may have run: check what it changed before you call it again.');
  }
  if (info?.help) sentences.push(`What can be done: ${sentence(info.help)}`);
  if (info?.retryDelayMs !== undefined) {
    sentences.push(`It may work again in ${Math.ceil(info.retryDelayMs / 1000)} s.`);
  }
  return sentences.join(' ');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
