/**
 * Failures that cross the wire: a Connect status with a `towline.v1.ErrorInfo` detail.
 */
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { type ErrorInfo, ErrorInfoSchema } from '../../gen/towline/v1/error_info_pb.ts';
import { type ErrorFacts, LocalError } from '../base/errors.ts';
import { storeFailures } from './store-failures.ts';

export interface FailureFacts extends ErrorFacts {
  /** Whether the same request will fail again until somebody changes something. */
  permanent?: boolean;
  /** How long the caller should wait before it tries again. */
  retryDelayMs?: number;
}

/** A failed call: `code` for the protocol, `reason` in UPPER_SNAKE for programs, `message` for people. */
export function failure(code: Code, reason: string, message: string, facts: FailureFacts = {}): ConnectError {
  const info = create(ErrorInfoSchema, {
    reason,
    metadata: facts.metadata ?? {},
    permanent: facts.permanent ?? false,
    help: facts.help ?? '',
  });
  if (facts.retryDelayMs !== undefined) info.retryDelayMs = facts.retryDelayMs;
  return new ConnectError(message, code, undefined, [{ desc: ErrorInfoSchema, value: info }], facts.cause);
}

/** The `ErrorInfo` of a failed call, if it carries one. */
export function errorInfoOf(error: unknown): ErrorInfo | undefined {
  return error instanceof ConnectError ? error.findDetails(ErrorInfoSchema)[0] : undefined;
}

/** The reason of any failure, local or remote; `undefined` if it has none. */
export function reasonOf(error: unknown): string | undefined {
  return error instanceof LocalError ? error.reason : errorInfoOf(error)?.reason;
}

/** Turns a local error into a failed call; `codes` says which status belongs to which reason (else `internal`). */
export function fromLocal(error: unknown, codes: Readonly<Record<string, Code>> = {}): ConnectError {
  if (error instanceof ConnectError) return error;
  if (!(error instanceof LocalError)) return ConnectError.from(error, Code.Internal);
  const { reason, message, help, metadata } = error;
  const ofStore = storeFailures[reason];
  if (ofStore) return failure(ofStore.code, reason, ofStore.message, { ...ofStore, cause: error });
  return failure(codes[reason] ?? Code.Internal, reason, message, { help, metadata, cause: error });
}
