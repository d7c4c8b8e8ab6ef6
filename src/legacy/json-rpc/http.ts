/** JSON-RPC by HTTP POST: one request or one batch, one answer; a stream as an array, or line by line. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { DescMethodServerStreaming, Message } from '@bufbuild/protobuf';
import { Cancellation } from '../../base/cancellation.ts';
import { once } from '../../rpc/messages.ts';
import type { Principal } from '../../rpc/principal.ts';
import { canceled } from '../../rpc/status.ts';
import { answerMessage } from './batch.ts';
import { type Caller, callUnary, collect, needsWebSocket, type Outcome, openStream } from './call.ts';
import { callerFor, type Desk, traceOf } from './desk.ts';
import { HttpRefusal, readBody } from './http-body.ts';
import { MAX_MESSAGE_BYTES, MAX_TIMEOUT_MS, STRANGER_MAX_BYTES } from './limits.ts';
import { methodNotFound, rpcErrorOf } from './map.ts';
import { readMessage } from './messages.ts';
import { sendStream } from './stream.ts';
import { isBatch, parseCall, type RpcCall, rpcCode, writeError } from './wire.ts';

/** Types that no web page can send without being asked who it is. */
const jsonTypes = /^application\/(?:json|json-rpc|jsonrequest)(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i;
const linesType = 'application/x-ndjson';
const linesTypes = /\bapplication\/(?:x-ndjson|ndjson|jsonl)\b/i;

/** Serves one POST. Throws an `HttpRefusal` for what is no JSON-RPC at all. */
export async function servePost(
  desk: Desk,
  principal: Principal,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { headers } = request;
  if (!jsonTypes.test(headers['content-type'] ?? '')) {
    throw new HttpRefusal(415, rpcCode.invalidRequest, 'the content type of a request is application/json, in UTF-8');
  }
  const text = await readBody(request, principal.kind === 'stranger' ? STRANGER_MAX_BYTES : MAX_MESSAGE_BYTES);
  const gone = new Cancellation();
  response.once('close', () => {
    if (!response.writableFinished) gone.cancel(canceled('the client went away'));
  });
  const caller: Caller = {
    principal,
    transport: desk.transportFor(principal),
    cancellation: gone,
    headers: traceOf(headers),
    timeoutMs: timeoutOf(headers),
  };
  if (linesTypes.test(headers.accept ?? '') && !isBatch(text)) return serveLines(desk, text, caller, response);
  const answer = await answerMessage(text, (call) => serveCall(desk, call, callerFor(call, caller)));
  if (answer === undefined) response.writeHead(204).end();
  else sendJson(response, 200, answer.text);
}

export function sendJson(response: ServerResponse, status: number, text: string): void {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, headers).end(text);
}

/** What one request asks for; a stream as an array of its values. */
async function serveCall(desk: Desk, call: RpcCall, caller: Caller): Promise<Outcome> {
  const found = desk.find(call.method);
  if (found === undefined) return { error: methodNotFound(call.method) };
  try {
    if (typeof found === 'function') return { result: await found(call.params, caller) };
    if (found.methodKind === 'unary') return { result: await callUnary(desk, found, call, caller) };
    if (found.methodKind === 'server_streaming') return { result: await collect(found, call, caller) };
    throw needsWebSocket(found);
  } catch (error) {
    return { error: rpcErrorOf(error) };
  }
}

/** One message a line: a stream as a WebSocket would get it; any other answer as it is. */
async function serveLines(desk: Desk, text: string, caller: Caller, response: ServerResponse): Promise<void> {
  const asked = streamIn(desk, text);
  if (asked !== undefined) return sendLines(asked, caller, response);
  const answer = await answerMessage(text, (call) => serveCall(desk, call, callerFor(call, caller)));
  if (answer === undefined) response.writeHead(204).end();
  else response.writeHead(200, { 'content-type': linesType }).end(`${answer.text}\n`);
}

interface StreamAsked {
  readonly id: string;
  readonly call: RpcCall;
  readonly method: DescMethodServerStreaming;
}

/** The stream that a request asks for. What is wrong with the request is for others to say. */
function streamIn(desk: Desk, text: string): StreamAsked | undefined {
  try {
    const call = parseCall(text);
    const method = desk.find(call.method);
    if (call.id === undefined || typeof method !== 'object' || method.methodKind !== 'server_streaming')
      return undefined;
    return { id: call.id, call, method };
  } catch {
    return undefined;
  }
}

async function sendLines({ id, call, method }: StreamAsked, caller: Caller, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': linesType });
  let request: Message;
  try {
    request = readMessage(method.input, call.params);
  } catch (error) {
    return void response.end(`${writeError(id, rpcErrorOf(error))}\n`);
  }
  response.flushHeaders(); // an endless stream may have nothing to say for long
  await sendStream(id, method, () => openStream(method, once(request), callerFor(call, caller)), {
    send: (line) => void response.write(`${line}\n`),
    ready: () => (response.writableNeedDrain ? drained(response) : undefined),
  });
  response.end();
}

/** Resolves when there is room again, or nobody any more. */
function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    response.off('drain', done).off('close', done);
    resolve();
  };
  response.once('drain', done).once('close', done);
  return promise;
}

/** The header by which Connect's clients say how long they wait. */
function timeoutOf(headers: IncomingHttpHeaders): number | undefined {
  const text = headers['connect-timeout-ms'];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && /^[1-9][0-9]{0,9}$/.test(text) && Number(text) <= MAX_TIMEOUT_MS) return Number(text);
  throw new HttpRefusal(
    400,
    rpcCode.invalidRequest,
    `connect-timeout-ms is a whole number from 1 to ${MAX_TIMEOUT_MS}`,
  );
}
