/** One call of a tool: sent once, its events streamed in order, its result last. */
import type { CallToolRequest } from '../../../../gen/towline/v1/tool_service_pb.ts';
import { AsyncQueue } from '../../../base/async-queue.ts';
import type { Cancellation } from '../../../base/cancellation.ts';
import { messageOf } from '../../../base/errors.ts';
import { reasonOf } from '../../../rpc/failure.ts';
import { type CallEvent, callEvents, resultEvent } from './call-events.ts';
import { callParams } from './call-params.ts';
import type { Connection } from './connection.ts';
import { upstreamDown } from './failures.ts';
import { paramHeaders } from './http-headers.ts';
import { maxWaitingEvents } from './limits.ts';
import type { ResolvedOptions } from './options.ts';
import type { Session } from './session.ts';

/** What a call needs to know of its upstream. */
export interface CallSite {
  readonly options: ResolvedOptions;
  readonly timeoutMs: number;
  /** The connection, as soon as there is one. */
  connection(cancellation: Cancellation): Promise<Connection>;
  /** The exact text of the tool's definition, if it is listed. */
  definition(name: string): string | undefined;
}

/** Runs the call. `cancellation` ends it at the upstream; it comes, too, when nobody reads the events any more. */
export function runCall(
  site: CallSite,
  request: CallToolRequest,
  cancellation: Cancellation,
): AsyncIterable<CallEvent> {
  const events = new AsyncQueue<CallEvent>();
  const push = (event: CallEvent) => {
    if (events.size < maxWaitingEvents) events.push(event);
  };
  void send(site, request, cancellation, push)
    .then((result) => {
      events.push(resultEvent(result));
      events.end();
    })
    .catch((error: unknown) => events.fail(error));
  return events;
}

/** A session that the server had forgotten did not take the call: it is the one failure after which we send again. */
async function send(
  site: CallSite,
  request: CallToolRequest,
  cancellation: Cancellation,
  push: (event: CallEvent) => void,
): Promise<string> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      return await sendOn(await site.connection(cancellation), site, request, cancellation, push);
    } catch (error) {
      if (reasonOf(error) !== 'SESSION_LOST') throw error;
    }
  }
  throw upstreamDown('it forgets its sessions');
}

async function sendOn(
  { session, hello }: Connection,
  site: CallSite,
  request: CallToolRequest,
  cancellation: Cancellation,
  push: (event: CallEvent) => void,
): Promise<string> {
  const name = request.tool?.name ?? '';
  const params = callParams(request, hello, site.options.clientInfo);
  if (request.logLevel !== undefined && hello.era === 'legacy' && hello.hasLogging) await askForLogs(session, site);
  const toEvent = callEvents(request);
  return session.request('tools/call', params, {
    name,
    headers: hello.era === 'modern' ? paramHeaders(site.definition(name) ?? '', request.argumentsJson) : {},
    timeoutMs: site.timeoutMs,
    cancellation,
    onNotification: (notification) => {
      const event = toEvent(notification);
      if (event) push(event);
    },
  });
}

const asked = new WeakMap<Session, Promise<void>>();

/** Legacy levels belong to the session, not the call: the most verbose is set once, and each call filters. */
function askForLogs(session: Session, { options }: CallSite): Promise<void> {
  const before = asked.get(session);
  if (before) return before;
  const now = session
    .request('logging/setLevel', () => '{"level":"debug"}', { timeoutMs: options.probeTimeoutMs })
    .then(() => undefined)
    .catch((error: unknown) => options.log.debug('the upstream sets no log level', { error: messageOf(error) }));
  asked.set(session, now);
  return now;
}
