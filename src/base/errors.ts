/**
 * Errors that stay on this machine. What crosses the wire is a status with a `towline.v1.ErrorInfo`
 * (`rpc/failure.ts` turns one into the other at the border).
 */

/** Facts that every error carries beside its message. */
export interface ErrorFacts {
  /** What a person can do about it, usually a command to run. */
  help?: string;
  /** Names and numbers of the failure, for programs. Never secrets. */
  metadata?: Record<string, string>;
  /** The error that led to this one. */
  cause?: unknown;
}

/** A failure with a stable reason in UPPER_SNAKE, such as `KEY_FILE_TOO_OPEN`. */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly reason: string;
  readonly help: string;
  readonly metadata: Record<string, string>;

  constructor(reason: string, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.reason = reason;
    this.help = facts.help ?? '';
    this.metadata = facts.metadata ?? {};
  }
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error (`ENOENT`), if it has one. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
