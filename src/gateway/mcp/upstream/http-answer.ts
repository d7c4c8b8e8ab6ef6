/** What the head of an HTTP answer says. */
import type { IncomingMessage } from 'node:http';
import type { ConnectError } from '@connectrpc/connect';
import { outcomeUnknown, upstreamDown } from './failures.ts';

/** The failure of a request that was answered with `status` and nothing to quote. */
export function statusFailure(status: number): ConnectError {
  const words: Record<number, string> = {
    401: 'it wants credentials',
    403: 'it refuses these credentials',
    404: 'there is no MCP endpoint at its url',
    405: 'its url takes no POST; perhaps it speaks only the old HTTP+SSE transport ("type": "sse")',
  };
  const why = `${words[status] ?? 'it refused the request'} (HTTP ${status})`;
  // A gateway's timeout, or a crash, may come after the tool ran; a refusal comes before.
  return status >= 500 && status !== 503 ? outcomeUnknown(why) : upstreamDown(why, { status });
}

export function isEventStream(response: IncomingMessage): boolean {
  return /^text\/event-stream\b/i.test(headerOf(response, 'content-type') ?? '');
}

/** One value of a header; the name in small letters. */
export function headerOf(response: IncomingMessage, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
