/** Turns what an upstream notifies during a call into the call's events. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallToolRequest, CallToolResponseSchema } from '../../../../gen/towline/v1/tool_service_pb.ts';
import { type JsonMembers, jsonMembers } from '../../../base/json-text.ts';
import type { RpcNotification } from '../wire.ts';
import { isAtLeast } from './log-levels.ts';

export type CallEvent = MessageInitShape<typeof CallToolResponseSchema>;

/** Makes the translator of one call. Progress that does not grow, and logs below the level, give nothing. */
export function callEvents(request: CallToolRequest): (notification: RpcNotification) => CallEvent | undefined {
  let done = Number.NEGATIVE_INFINITY;
  return ({ method, params = '{}' }) => {
    const members = jsonMembers(params);
    if (method === 'notifications/message') return logEvent(members, request.logLevel);
    const progress = Number(members.get('progress'));
    if (!request.progress || !(progress > done)) return undefined;
    done = progress;
    return progressEvent(progress, members);
  };
}

/** The result as the last event; its `isError` is looked for only where the text has such a word. */
export function resultEvent(resultJson: string): CallEvent {
  const isError = resultJson.includes('"isError"') && jsonMembers(resultJson).get('isError') === 'true';
  return { event: { case: 'result', value: { resultJson, isError } } };
}

function progressEvent(progress: number, members: JsonMembers): CallEvent {
  const total = Number(members.get('total'));
  const message = textOf(members.get('message'));
  const value = Number.isFinite(total) ? { progress, total, message } : { progress, message };
  return { event: { case: 'progress', value } };
}

function logEvent(members: JsonMembers, least: string | undefined): CallEvent | undefined {
  const level = textOf(members.get('level'));
  if (least === undefined || !isAtLeast(level, least)) return undefined;
  const value = { level, logger: textOf(members.get('logger')), dataJson: members.get('data') ?? 'null' };
  return { event: { case: 'log', value } };
}

function textOf(text: string | undefined): string {
  return text?.startsWith('"') ? (JSON.parse(text) as string) : '';
}
