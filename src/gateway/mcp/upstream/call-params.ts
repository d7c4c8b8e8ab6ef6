/** Puts the parameters of a `tools/call` together from the exact texts that a caller gave. */
import { Code } from '@connectrpc/connect';
import type { CallToolRequest } from '../../../../gen/towline/v1/tool_service_pb.ts';
import { messageOf } from '../../../base/errors.ts';
import { type JsonMembers, jsonMembers, jsonObject } from '../../../base/json-text.ts';
import { failure } from '../../../rpc/failure.ts';
import { hopMeta } from './envelope.ts';
import type { Hello } from './hello.ts';
import type { ResolvedOptions } from './options.ts';

/** Members of `params` that have fields of their own in the request. */
const ownMembers: ReadonlySet<string> = new Set(['name', 'arguments', '_meta']);

/**
 * Checks the texts, and returns what makes the parameters once the request has an id, which is its progress token.
 * Throws `invalid_argument` ARGUMENTS_NOT_JSON: unchecked text could smuggle members into the message.
 */
export function callParams(
  request: CallToolRequest,
  hello: Hello,
  clientInfo: ResolvedOptions['clientInfo'],
): (id: number) => string {
  checkObject(request.argumentsJson, 'arguments');
  checkObject(request.metaJson, '_meta');
  const extra = [...checkObject(request.extraJson, 'further parameters')].filter(([name]) => !ownMembers.has(name));
  const members: [string, string][] = [['name', JSON.stringify(request.tool?.name ?? '')]];
  if (request.argumentsJson !== '') members.push(['arguments', request.argumentsJson]);
  return (id) => {
    const meta = hopMeta({
      era: hello.era,
      clientInfo,
      metaJson: request.metaJson,
      logLevel: request.logLevel,
      ...(request.progress ? { progressToken: id } : {}),
    });
    return jsonObject([...members, ...(meta === undefined ? [] : [['_meta', meta] as const]), ...extra]);
  };
}

function checkObject(text: string, what: string): JsonMembers {
  try {
    return jsonMembers(text === '' ? '{}' : text);
  } catch (cause) {
    const message = `the ${what} of the call are no good JSON object: ${messageOf(cause)}`;
    throw failure(Code.InvalidArgument, 'ARGUMENTS_NOT_JSON', message, { permanent: true, cause });
  }
}
