/** What a POST brings, and what is answered where that is no JSON-RPC. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { readBytes } from '../../rpc/http-body.ts';
import { type RpcError, rpcCode } from './wire.ts';

/** A request that is refused as a request of HTTP. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly status: number;
  readonly error: RpcError;

  constructor(status: number, code: number, why: string, data?: string) {
    super(why);
    this.status = status;
    this.error = { code, message: why, ...(data !== undefined && { data }) };
  }
}

/**
 * The body as text. Throws an `HttpRefusal` for one that is too long, which is not read to its end, or no UTF-8, and
 * the stream's own error if the client goes before the end.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  return readBytes(request, maxBytes, () => tooLong(maxBytes)).then(textOf);
}

function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new HttpRefusal(400, rpcCode.parse, 'Parse error: the body is not UTF-8');
  return bytes.toString('utf8');
}

function tooLong(maxBytes: number): HttpRefusal {
  return new HttpRefusal(413, rpcCode.invalidRequest, `a message is at most ${maxBytes} bytes`);
}
