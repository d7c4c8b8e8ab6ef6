/** A POST to the gateway: what it holds, and who serves it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Principal } from '../../../rpc/principal.ts';
import { isBatch, parseMessage, type RpcMessage, type RpcRequest, rpcCode } from '../wire.ts';
import { replyText, unreadable } from './answer.ts';
import { readBody } from './http-body.ts';
import type { HttpGuests } from './http-guests.ts';
import { serveLegacyBatch, serveLegacyMessage } from './http-legacy.ts';
import { serveHttpModern } from './http-modern.ts';
import { HttpResponder, sendJson } from './http-responder.ts';
import type { HttpSession } from './http-session.ts';
import { isModern } from './modern.ts';
import { ParamMembers, type RequestParams, readParams } from './params.ts';
import { legacyVersions, modernVersions } from './protocol.ts';
import { Refusal } from './reply.ts';

export interface Post {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly principal: Principal;
  readonly guests: HttpGuests;
}

/** Throws a `Refusal` for what is no good POST; everything else is answered when it resolves. */
export async function servePost(post: Post): Promise<void> {
  checkMedia(post.request);
  const text = await readBody(post.request);
  if (isBatch(text)) return serveLegacyBatch(sessionOf(post), text, responderOf(post));
  const found = new ParamMembers();
  const message = parse(text, found, post.response);
  if (message === undefined) return;
  if (message.kind !== 'request') return serveOther(post, message);
  const params = paramsOf(message, found, post.response);
  if (params === undefined) return;
  if (speaksModern(post.request, message, params)) return serveModern(post, message, params);
  if (message.method === 'initialize') return initialize(post, message, params);
  return serveLegacyMessage(sessionOf(post), message, responderOf(post));
}

/** The session that the request names. Throws a `Refusal`: 400 if it names none, 404 if there is none such. */
export function sessionOf({ request, principal, guests }: Post): HttpSession {
  const id = request.headers['mcp-session-id'];
  if (typeof id !== 'string') throw refusal(400, 'The header Mcp-Session-Id is missing: begin with initialize');
  const session = guests.session(id, principal);
  if (!session) throw refusal(404, 'There is no such session: begin anew with initialize');
  const version = request.headers['mcp-protocol-version'];
  if (version === undefined || legacyVersions.includes(String(version))) return session;
  throw refusal(400, `Unsupported protocol version in this session: ${version}`);
}

/** Whether the client takes this kind of answer. No header at all takes everything (RFC 9110 §12.5.1). */
export function accepts({ headers }: IncomingMessage, type: string): boolean {
  const accept = headers.accept;
  return accept === undefined || accept.includes(type) || accept.includes('*/*');
}

export function refusal(httpStatus: number, message: string): Refusal {
  return new Refusal(rpcCode.invalidRequest, message, { httpStatus });
}

function checkMedia(request: IncomingMessage): void {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw refusal(415, 'The content type must be application/json');
  if (!accepts(request, 'application/json')) throw refusal(406, 'The client must accept application/json');
}

function parse(text: string, found: ParamMembers, response: ServerResponse): RpcMessage | undefined {
  try {
    return parseMessage(text, found.inMessage);
  } catch (error) {
    const { id, reply } = unreadable(error, text);
    sendJson(response, 400, replyText(id, reply));
    return undefined;
  }
}

function paramsOf(message: RpcRequest, found: ParamMembers, response: ServerResponse): RequestParams | undefined {
  try {
    return readParams(message.params, found);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sendJson(response, 400, replyText(message.id, error.toReply()));
    return undefined;
  }
}

/** The body decides; a header of the new era without the envelope in the body is an incomplete request of that era. */
function speaksModern({ headers }: IncomingMessage, message: RpcRequest, params: RequestParams): boolean {
  return isModern(message.method, params) || modernVersions.includes(String(headers['mcp-protocol-version']));
}

async function serveModern(post: Post, message: RpcRequest, params: RequestParams): Promise<void> {
  const { request, response, principal, guests } = post;
  const lease = guests.lease(principal);
  if (lease === undefined) throw refusal(503, 'Too many principals at once');
  const exchange = { httpRequest: request, httpResponse: response, request: message, params };
  try {
    const takesEvents = accepts(request, 'text/event-stream');
    await serveHttpModern(lease.view, { ...exchange, takesEvents }, (info) => guests.agentOf(principal, info));
  } finally {
    lease.release();
  }
}

async function initialize(post: Post, message: RpcRequest, params: RequestParams): Promise<void> {
  if (post.request.headers['mcp-session-id'] !== undefined) {
    return serveLegacyMessage(sessionOf(post), message, responderOf(post));
  }
  const opened = post.guests.openSession(post.principal, params.members.get('clientInfo'));
  if (opened === undefined) throw refusal(503, 'Too many sessions at once');
  post.response.setHeader('mcp-session-id', opened.id);
  await serveLegacyMessage(opened.session, message, responderOf(post));
  if (opened.session.conversation.version === undefined) post.guests.closeSession(opened.id);
}

/** Notifications and responses. Modern clients have none to send: theirs need no session, and mean nothing. */
async function serveOther(post: Post, message: RpcMessage): Promise<void> {
  if (modernVersions.includes(String(post.request.headers['mcp-protocol-version']))) {
    return sendJson(post.response, 202, '');
  }
  return serveLegacyMessage(sessionOf(post), message, responderOf(post));
}

function responderOf({ request, response }: Post): HttpResponder {
  return new HttpResponder(response, accepts(request, 'text/event-stream'));
}
