/** A POST of the revision 2026-07-28: everything that it needs is in it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Cancellation } from '../../../base/cancellation.ts';
import type { RpcRequest } from '../wire.ts';
import { replyOf } from './answer.ts';
import { checkHeaders } from './http-headers.ts';
import { HttpResponder } from './http-responder.ts';
import { checkComplete, checkVersion, serveModern } from './modern.ts';
import type { RequestParams } from './params.ts';
import type { MeshView } from './view.ts';

export interface ModernExchange {
  readonly httpRequest: IncomingMessage;
  readonly httpResponse: ServerResponse;
  readonly request: RpcRequest;
  readonly params: RequestParams;
  readonly takesEvents: boolean;
}

/** Serves to the end. When the client closes the connection, that is its cancellation. `agentOf` names the caller. */
export async function serveHttpModern(
  view: MeshView,
  { httpRequest, httpResponse, request, params, takesEvents }: ModernExchange,
  agentOf: (clientInfo: string | undefined) => string,
): Promise<void> {
  const responder = new HttpResponder(httpResponse, takesEvents);
  const cancellation = new Cancellation();
  httpResponse.once('close', () => {
    if (!httpResponse.writableEnded) cancellation.cancel();
  });
  const caller = { cancellation, notify: (message: string) => responder.notify(message) };
  const reply = await replyOf(async () => {
    checkComplete(params);
    checkHeaders(httpRequest.headers, request, params);
    checkVersion(params);
    return serveModern(view, request, params, caller, agentOf(params.envelope.clientInfo));
  }, view.log);
  if (!cancellation.isCanceled) responder.reply(request.id, reply);
}
