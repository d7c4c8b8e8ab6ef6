/**
 * The gateway at `/mcp`: Streamable HTTP for both eras on node:http. Whoever listens has authenticated the request and
 * hands in the principal.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../../base/errors.ts';
import { silentLog } from '../../../base/log.ts';
import type { Principal } from '../../../rpc/principal.ts';
import { replyText } from './answer.ts';
import { allowOrigin, answerPreflight, hostNames, refusalAtGate } from './http-gate.ts';
import { type GuestOptions, HttpGuests } from './http-guests.ts';
import { accepts, type Post, refusal, servePost, sessionOf } from './http-post.ts';
import { sendJson } from './http-responder.ts';
import { Refusal } from './reply.ts';

export interface McpHttpOptions extends GuestOptions {
  /** Host names, without ports, by which clients may call this gateway beside the loopback ones. */
  readonly allowedHosts?: readonly string[];
}

export interface McpHttpHandler {
  /** Serves one request of HTTP/1.1. `principal` is who sent it. Never throws; the answer may come much later. */
  handle(request: IncomingMessage, response: ServerResponse, principal: Principal): void;
  /** Ends all sessions and streams. Afterwards hand in nothing more. */
  close(): void;
}

export function createMcpHttpHandler(options: McpHttpOptions): McpHttpHandler {
  const names = hostNames(options.allowedHosts);
  const log = options.log ?? silentLog;
  const guests = new HttpGuests(options);
  return {
    handle(request, response, principal) {
      route({ request, response, principal, guests }, names).catch((error: unknown) => {
        if (!(error instanceof Refusal)) log.warn('an MCP request ended early', { error: messageOf(error) });
        answerFailure(response, error);
      });
    },
    close: () => guests.close(),
  };
}

async function route(post: Post, names: ReadonlySet<string>): Promise<void> {
  const { request, response } = post;
  const why = refusalAtGate(request, names);
  if (why !== undefined) throw refusal(403, why);
  allowOrigin(request, response);
  switch (request.method) {
    case 'POST':
      return servePost(post);
    case 'GET':
      return openStream(post);
    case 'DELETE':
      return endSession(post);
    case 'OPTIONS':
      return answerPreflight(response);
    default:
      response.setHeader('allow', 'POST, GET, DELETE, OPTIONS');
      throw refusal(405, 'The gateway has no such HTTP method');
  }
}

function openStream(post: Post): void {
  if (!accepts(post.request, 'text/event-stream')) throw refusal(406, 'The client must accept text/event-stream');
  sessionOf(post).openStream(post.response);
}

function endSession(post: Post): void {
  sessionOf(post);
  post.guests.closeSession(String(post.request.headers['mcp-session-id']));
  post.response.writeHead(204).end();
}

function answerFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  const refused = error instanceof Refusal ? error : refusal(500, 'Internal error');
  // What was not read of the request would be taken for the next one.
  if (!response.req.complete) response.setHeader('connection', 'close');
  sendJson(response, refused.httpStatus ?? 400, replyText('null', refused.toReply()));
}
