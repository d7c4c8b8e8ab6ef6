/** Turns whatever was thrown into what the command says and how it ends. */
import { Code, ConnectError } from '@connectrpc/connect';
import { LocalError, messageOf } from '../base/errors.ts';
import { errorInfoOf } from '../rpc/failure.ts';
import type { ExitName } from './exit-codes.ts';

/** A failure as the command shows it. */
export interface Problem {
  readonly message: string;
  /** In UPPER_SNAKE; the status in words if the failure came without a reason. */
  readonly reason: string;
  /** What to do about it; empty if there is nothing to suggest. */
  readonly help: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly exit: ExitName;
}

/** Reasons whose exit code says more than their status does. */
const EXIT_BY_REASON: Readonly<Record<string, ExitName>> = {
  NODE_NOT_RUNNING: 'notRunning',
  USAGE: 'usage',
  INVITE_EXPIRED: 'refused',
  INVITE_USED: 'refused',
  INTERRUPTED: 'interrupted',
  NOT_READY: 'unavailable',
  NODE_GONE: 'unavailable',
  NODE_ID_INVALID: 'usage',
  NOT_FOUND: 'notFound',
  APPROVAL_UNKNOWN: 'notFound',
  GRANT_UNKNOWN: 'notFound',
  AUDIT_NOT_FOUND: 'notFound',
};

const EXIT_BY_CODE: Readonly<Partial<Record<Code, ExitName>>> = {
  [Code.Canceled]: 'interrupted',
  [Code.InvalidArgument]: 'usage',
  [Code.PermissionDenied]: 'refused',
  [Code.Unauthenticated]: 'refused',
  [Code.NotFound]: 'notFound',
  [Code.Unavailable]: 'unavailable',
  [Code.DeadlineExceeded]: 'unavailable',
};

/** Describes any thrown value. */
export function problemOf(error: unknown): Problem {
  const local = localCause(error);
  if (local !== undefined) return fromLocal(local);
  if (error instanceof ConnectError) return fromStatus(error);
  return { message: messageOf(error), reason: 'INTERNAL', help: '', metadata: {}, exit: 'failure' };
}

/** What the HTTP client throws arrives wrapped in a status: the local error inside says more. */
function localCause(error: unknown): LocalError | undefined {
  if (error instanceof LocalError) return error;
  return error instanceof ConnectError && error.cause instanceof LocalError ? error.cause : undefined;
}

function fromLocal({ message, reason, help, metadata }: LocalError): Problem {
  return { message, reason, help, metadata, exit: EXIT_BY_REASON[reason] ?? 'failure' };
}

function fromStatus(error: ConnectError): Problem {
  const info = errorInfoOf(error);
  const reason = info?.reason || statusName(error.code);
  return {
    message: error.rawMessage || statusName(error.code),
    reason,
    help: info?.help ?? '',
    metadata: info?.metadata ?? {},
    exit: EXIT_BY_REASON[reason] ?? EXIT_BY_CODE[error.code] ?? 'failure',
  };
}

/** `PermissionDenied` -> `PERMISSION_DENIED`. */
function statusName(code: Code): string {
  return (Code[code] ?? 'Unknown').replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
