/**
 * Connect answers a request whose bytes are no message with `internal`, HTTP 500: as if it were a fault of this node. It is
 * one of the caller's, and a link says `invalid_argument` to it.
 */
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { failure } from './failure.ts';

/** How Connect's server begins what it says of bytes that it cannot read. A message that we send is never parsed here. */
const UNREADABLE = 'parse binary: ';

/**
 * Lets the call fail with `invalid_argument` reason MALFORMED_MESSAGE if its request cannot be read. To be called before
 * the request is read.
 *
 * The call's signal is aborted with the very error that the answer is written from, whatever the protocol, and before it is
 * written. No other place sees it: it is thrown and caught around every interceptor.
 */
export function blameCaller(context: HandlerContext): void {
  context.signal.addEventListener('abort', () => amend(context.signal.reason, context), { once: true });
}

function amend(error: unknown, { method }: HandlerContext): void {
  if (!(error instanceof ConnectError && error.code === Code.Internal && error.rawMessage.startsWith(UNREADABLE))) {
    return;
  }
  const { code, rawMessage, details } = failure(
    Code.InvalidArgument,
    'MALFORMED_MESSAGE',
    `the request is not a ${method.input.typeName}`,
    { permanent: true, help: 'send the message in the binary form of protobuf, its strings in UTF-8' },
  );
  Object.assign(error, { code, rawMessage, details });
}
