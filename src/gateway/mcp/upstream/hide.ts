/** What an upstream says, without its own secrets. Results are the tool's answer to its caller, and stay as they are. */
import { create } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '../../../../gen/towline/v1/error_info_pb.ts';
import { CallToolResponseSchema } from '../../../../gen/towline/v1/tool_service_pb.ts';
import type { Redactor } from '../../../base/redact.ts';
import { errorInfoOf } from '../../../rpc/failure.ts';
import type { CallEvent } from './call-events.ts';
import type { ToolTexts } from './tool-list.ts';

export function hideInTools(texts: ToolTexts, redactor: Redactor): ToolTexts {
  return new Map([...texts].map(([name, definition]) => [name, redactor.known(definition)]));
}

export async function* hideInCall(events: AsyncIterable<CallEvent>, redactor: Redactor): AsyncGenerator<CallEvent> {
  try {
    for await (const event of events) yield hidden(event, redactor);
  } catch (error) {
    throw error instanceof ConnectError ? hideInError(error, redactor) : error;
  }
}

function hidden(said: CallEvent, redactor: Redactor): CallEvent {
  const { event } = create(CallToolResponseSchema, said);
  if (event?.case === 'log') event.value.dataJson = redactor.known(event.value.dataJson);
  if (event?.case === 'progress') event.value.message = redactor.known(event.value.message);
  return create(CallToolResponseSchema, { event });
}

function hideInError(error: ConnectError, redactor: Redactor): ConnectError {
  const info = errorInfoOf(error);
  const facts = info && {
    ...info,
    help: redactor.known(info.help),
    metadata: Object.fromEntries(Object.entries(info.metadata).map(([name, text]) => [name, redactor.known(text)])),
  };
  const details = facts ? [{ desc: ErrorInfoSchema, value: facts }] : [];
  return new ConnectError(redactor.known(error.rawMessage), error.code, error.metadata, details);
}
