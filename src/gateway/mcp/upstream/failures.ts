/** How calls to an upstream fail, as the mesh sees it. Messages name the upstream, never its address or output. */
import { create } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import { type ToolError, ToolErrorSchema } from '../../../../gen/towline/v1/error_info_pb.ts';
import { errorInfoOf, failure } from '../../../rpc/failure.ts';
import { type RpcError, rpcCode } from '../wire.ts';

/** The request was not sent: the tool has not run. */
export function upstreamDown(
  why: string,
  facts: { retryDelayMs?: number; status?: number; cause?: unknown } = {},
): ConnectError {
  const metadata: Record<string, string> = facts.status === undefined ? {} : { http_status: String(facts.status) };
  return failure(Code.Unavailable, 'UPSTREAM_DOWN', `the upstream does not work now: ${why}`, {
    metadata,
    cause: facts.cause,
    ...(facts.retryDelayMs === undefined ? {} : { retryDelayMs: facts.retryDelayMs }),
  });
}

/** The request was sent, and no answer will come. */
export function outcomeUnknown(why: string, cause?: unknown): ConnectError {
  const message = `the tool may have run, but its answer was lost: ${why}`;
  return failure(Code.Aborted, 'OUTCOME_UNKNOWN', message, { cause });
}

/** The HTTP session is gone: the server did not take the request, and a new session may. Stays inside this folder. */
export function sessionLost(): ConnectError {
  return failure(Code.Unavailable, 'SESSION_LOST', 'the upstream has forgotten the session');
}

export function resultTooLarge(maxBytes: number): ConnectError {
  const message = `the answer of the upstream is larger than ${maxBytes} bytes`;
  return failure(Code.ResourceExhausted, 'RESULT_TOO_LARGE', message, {
    permanent: true,
    metadata: { limit_bytes: String(maxBytes) },
  });
}

export function resultNotJson(why: string): ConnectError {
  const message = `the answer of the upstream cannot be passed on: ${why}`;
  return failure(Code.DataLoss, 'RESULT_NOT_JSON', message, { permanent: true });
}

export function timedOut(timeoutMs: number): ConnectError {
  const message = `no answer or progress from the upstream for ${timeoutMs} ms; the tool may have run`;
  return failure(Code.DeadlineExceeded, 'UPSTREAM_TIMEOUT', message, { metadata: { timeout_ms: String(timeoutMs) } });
}

const codes: Readonly<Record<number, Code>> = {
  [rpcCode.invalidParams]: Code.InvalidArgument,
  [rpcCode.methodNotFound]: Code.Unimplemented,
  [rpcCode.internal]: Code.Internal,
};

/** The upstream answered with a JSON-RPC error, which travels exactly, in a `ToolError`. */
export function rpcFailed(error: RpcError): ConnectError {
  const failed = failure(codes[error.code] ?? Code.Unknown, 'UPSTREAM_ERROR', error.message, {
    permanent: error.code === rpcCode.invalidParams,
  });
  const code = Math.max(-(2 ** 31), Math.min(error.code, 2 ** 31 - 1));
  const detail = create(ToolErrorSchema, { code, message: error.message });
  if (error.data !== undefined) detail.dataJson = error.data;
  failed.details.push({ desc: ToolErrorSchema, value: detail });
  return failed;
}

/** The JSON-RPC error that a failure carries, if the upstream itself answered. */
export function toolErrorOf(error: ConnectError): ToolError | undefined {
  return error.findDetails(ToolErrorSchema)[0];
}

/** The HTTP status behind a failure, if there was one. */
export function httpStatusOf(error: unknown): number | undefined {
  const status = errorInfoOf(error)?.metadata['http_status'];
  return status === undefined ? undefined : Number(status);
}
