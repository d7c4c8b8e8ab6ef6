/** The body of a POST as text. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { readBytes } from '../../../rpc/http-body.ts';
import { rpcCode } from '../wire.ts';
import { maxMessageBytes } from './lines.ts';
import { Refusal } from './reply.ts';

/**
 * Throws a `Refusal` for a body that is too long or no UTF-8, and the stream's own error if the client goes before
 * the end. What is too long is not read to its end: close the connection after the answer.
 */
export async function readBody(request: IncomingMessage, maxBytes: number = maxMessageBytes): Promise<string> {
  const bytes = await readBytes(request, maxBytes, () => tooLong(maxBytes));
  if (!isUtf8(bytes)) throw new Refusal(rpcCode.parse, 'the body is not UTF-8', { httpStatus: 400 });
  return bytes.toString('utf8');
}

function tooLong(maxBytes: number): Refusal {
  return new Refusal(rpcCode.invalidRequest, `the body is longer than ${maxBytes} bytes`, { httpStatus: 413 });
}
