/**
 * HTTP/1.1 for Connect, on node:http alone. connect-node's client does the same and more, but costs every command another
 * 15 ms of loading (measured): this one only ever talks to the node on this machine.
 */
import { type IncomingMessage, request } from 'node:http';
import type { UniversalClientFn, UniversalClientRequest } from '@connectrpc/connect/protocol';
import { LocalError, messageOf, systemCodeOf } from '../base/errors.ts';

/** `onRefused` makes the error for when nobody listens there. */
export function createHttpClient(onRefused: (cause: unknown) => Error): UniversalClientFn {
  return async (call) => {
    const body = await collect(call.body);
    const response = await send(call, body).catch((error: unknown) => {
      throw systemCodeOf(error) === 'ECONNREFUSED' ? onRefused(error) : broken(error, call.signal);
    });
    const trailer = new Headers();
    return {
      status: response.statusCode ?? 0,
      header: headersOf(response),
      body: chunksOf(response, call.signal),
      trailer,
    };
  };
}

/** No method that the command calls streams its requests: they are sent whole. */
async function collect(body: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function send({ url, method, header, signal }: UniversalClientRequest, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...Object.fromEntries(header), 'content-length': String(body.byteLength) };
    const options = { method, headers, agent: false, ...(signal === undefined ? {} : { signal }) };
    request(url, options, resolve).once('error', reject).end(body);
  });
}

async function* chunksOf(response: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* response;
  } catch (error) {
    throw broken(error, signal);
  }
}

/** What a caller ended is told as it is; whatever else breaks a connection means that the node went away. */
function broken(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) return error;
  return new LocalError('NODE_GONE', `the node closed the connection: ${messageOf(error)}`, {
    help: 'see why with `towline logs`, and whether it runs with `towline status`',
    cause: error,
  });
}

function headersOf({ headers }: IncomingMessage): Headers {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return new Headers(pairs as [string, string][]);
}
