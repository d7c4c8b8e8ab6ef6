/** A call on its way to the ToolService: exact texts in, notifications while it runs, one reply. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  CallToolRequestSchema,
  CallToolResponse,
  ToolLog,
  ToolProgress,
} from '../../../../gen/towline/v1/tool_service_pb.ts';
import { checkJson } from '../../../base/json-text.ts';
import { letGo } from '../../../rpc/messages.ts';
import { writeNotification } from '../wire.ts';
import { replyToFailure } from './call-failure.ts';
import type { ExposedTool } from './merge.ts';
import { type Caller, errorResult, type Reply } from './reply.ts';
import type { MeshView } from './view.ts';

/** A `tools/call`, whatever era it came from. Texts are exact; empty ones are absent. */
export interface ToolCall {
  /** The exposed name. */
  readonly name: string;
  readonly arguments: string;
  readonly meta: string;
  /** An object with the members of `params` that we do not know. */
  readonly extra: string;
  readonly progressToken: string | undefined;
  /** The least severe level of log messages that the caller wants; `undefined` for none. */
  readonly logLevel: string | undefined;
  /** What the caller can do, as it declared it; `undefined` if this era has no such declaration. */
  readonly capabilities: string | undefined;
  /** Who calls, for the record. */
  readonly agent: string;
}

/** Runs a tool of the mesh. The result is as the upstream wrote it; its JSON is not yet checked. */
export async function callMesh(view: MeshView, tool: ExposedTool, call: ToolCall, caller: Caller): Promise<Reply> {
  let answer: Reply | undefined;
  try {
    // To the end of the stream: a reader that leaves after the result would cancel what has just ended well.
    const answers = view.clients.tools.callTool(requestOf(tool, call))[Symbol.asyncIterator]();
    caller.cancellation.onCancel(() => letGo(answers));
    for (let next = await answers.next(); !next.done; next = await answers.next()) {
      const { event } = next.value;
      if (event.case === 'result') answer = { result: event.value.resultJson, isError: event.value.isError };
      const message = notificationOf(event, call);
      const turn = message === undefined ? undefined : caller.notify(message);
      if (turn !== undefined) await turn;
    }
  } catch (error) {
    return replyToFailure(error, call.name, call.capabilities);
  }
  return answer ?? errorResult('The tool ended without an answer. It may have run: check before you call it again.');
}

function requestOf({ address }: ExposedTool, call: ToolCall): MessageInitShape<typeof CallToolRequestSchema> {
  const request: MessageInitShape<typeof CallToolRequestSchema> = {
    tool: address,
    argumentsJson: call.arguments,
    metaJson: call.meta,
    extraJson: call.extra,
    progress: call.progressToken !== undefined,
    agent: call.agent,
  };
  return call.logLevel === undefined ? request : { ...request, logLevel: call.logLevel };
}

function notificationOf(event: CallToolResponse['event'], call: ToolCall): string | undefined {
  if (event.case === 'progress' && call.progressToken !== undefined)
    return progressText(event.value, call.progressToken);
  if (event.case === 'log' && call.logLevel !== undefined) return logText(event.value);
  return undefined;
}

function progressText({ progress, total, message }: ToolProgress, token: string): string | undefined {
  if (!Number.isFinite(progress)) return undefined;
  let params = `{"progressToken":${token},"progress":${progress}`;
  if (total !== undefined && Number.isFinite(total)) params += `,"total":${total}`;
  if (message !== '') params += `,"message":${JSON.stringify(message)}`;
  return writeNotification('notifications/progress', `${params}}`);
}

function logText({ level, logger, dataJson }: ToolLog): string {
  checkJson(dataJson);
  const by = logger === '' ? '' : `"logger":${JSON.stringify(logger)},`;
  return writeNotification('notifications/message', `{"level":${JSON.stringify(level)},${by}"data":${dataJson}}`);
}
