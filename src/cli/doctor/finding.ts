/** What one look of `towline doctor` found. */

export type FindingLevel = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly level: FindingLevel;
  /** What was looked at, in a word or two. */
  readonly check: string;
  readonly message: string;
  /** What to do; empty if all is well. */
  readonly help: string;
}

/** One look. It throws only for what it did not expect. */
export type Check = (home: string) => Promise<Finding[]>;

export function ok(check: string, message: string): Finding {
  return { level: 'ok', check, message, help: '' };
}

export function warn(check: string, message: string, help: string): Finding {
  return { level: 'warn', check, message, help };
}

export function fail(check: string, message: string, help: string): Finding {
  return { level: 'fail', check, message, help };
}
