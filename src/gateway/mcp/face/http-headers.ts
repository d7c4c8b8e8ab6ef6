/**
 * The headers of the revision 2026-07-28: they repeat what the body says, for proxies that do not read bodies. A
 * difference is refused, or the proxy's decision would be about another request than ours.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { RpcRequest } from '../wire.ts';
import type { RequestParams } from './params.ts';
import { modernCode } from './protocol.ts';
import { Refusal } from './reply.ts';

/** The member of the parameters that the header `Mcp-Name` repeats, by method. */
const named: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['resources/read', 'uri'],
]);

/** Throws a `Refusal` (-32020, HTTP 400) at the first header that is missing or says something else than the body. */
export function checkHeaders(headers: IncomingHttpHeaders, { method }: RpcRequest, params: RequestParams): void {
  expectHeader(headers, 'mcp-protocol-version', params.envelope.protocolVersion ?? '""');
  expectHeader(headers, 'mcp-method', JSON.stringify(method));
  const member = named.get(method);
  const name = member === undefined ? undefined : params.members.get(member);
  if (name !== undefined) expectHeader(headers, 'mcp-name', name);
}

/** `text` is the JSON text of the string that the header must hold. */
function expectHeader(headers: IncomingHttpHeaders, header: string, text: string): void {
  const value = headers[header];
  if (typeof value === 'string' && text.startsWith('"') && decoded(value) === JSON.parse(text)) return;
  throw new Refusal(modernCode.headerMismatch, `The header ${header} and the body disagree`, { httpStatus: 400 });
}

/** Values that a header cannot hold travel as `=?base64?…?=`. */
function decoded(value: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/i.exec(value)?.[1];
  if (encoded === undefined) return value;
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded ? bytes.toString('utf8') : undefined;
}
