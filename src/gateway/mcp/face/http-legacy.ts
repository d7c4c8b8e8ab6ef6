/**
 * Messages of the older revisions, inside their session. A closed connection is no cancellation here (the
 * specification says so): a call goes on until `notifications/cancelled` or the end of the session.
 */
import type { Cancellation } from '../../../base/cancellation.ts';
import { parseMessage, type RpcMessage, type RpcRequest } from '../wire.ts';
import { replyOf, replyText, unreadable } from './answer.ts';
import { refuseBatch, serveBatch } from './batch.ts';
import type { HttpResponder } from './http-responder.ts';
import type { HttpSession } from './http-session.ts';
import { readParams } from './params.ts';
import type { Reply } from './reply.ts';

/** Serves one message to the end of its POST. */
export async function serveLegacyMessage(
  session: HttpSession,
  message: RpcMessage,
  responder: HttpResponder,
): Promise<void> {
  const reply = await serveMessage(session, message, responder);
  if (reply && message.kind === 'request') responder.reply(message.id, reply);
  else responder.end(202);
}

/** Serves a batch to the end of its POST; `text` is that of an array. */
export async function serveLegacyBatch(session: HttpSession, text: string, responder: HttpResponder): Promise<void> {
  if (!session.conversation.takesBatches) return responder.end(400, refuseBatch('this revision of MCP has no batches'));
  try {
    const answer = await serveBatch(text, (element) => serveElement(session, element, responder));
    responder.end(answer === undefined ? 202 : 200, answer);
  } catch (error) {
    const { id, reply } = unreadable(error, text);
    responder.reply(id, reply);
  }
}

async function serveElement(session: HttpSession, text: string, responder: HttpResponder): Promise<string | undefined> {
  let message: RpcMessage;
  try {
    message = parseMessage(text);
  } catch (error) {
    const { id, reply } = unreadable(error, text);
    return replyText(id, reply);
  }
  const reply = await serveMessage(session, message, responder);
  return reply && message.kind === 'request' ? replyText(message.id, reply) : undefined;
}

async function serveMessage(
  session: HttpSession,
  message: RpcMessage,
  responder: HttpResponder,
): Promise<Reply | undefined> {
  if (message.kind === 'request') return serveRequest(session, message, responder);
  if (message.kind === 'notification' && message.method === 'notifications/cancelled') {
    session.inFlight.cancel(message.params);
  }
  return undefined;
}

async function serveRequest(
  session: HttpSession,
  request: RpcRequest,
  responder: HttpResponder,
): Promise<Reply | undefined> {
  let cancellation: Cancellation | undefined;
  const reply = await replyOf(async () => {
    cancellation = session.inFlight.begin(request);
    const caller = { cancellation, notify: (message: string) => responder.notify(message) };
    return session.conversation.serve(request, readParams(request.params), caller);
  }, session.lease.view.log);
  if (cancellation) session.inFlight.end(request.id);
  return cancellation?.isCanceled ? undefined : reply;
}
