import { LocalError } from '../../base/errors.ts';

/** Something wrong in a configuration file. The rest of the file is in force. */
export interface ConfigProblem {
  readonly file: string;
  /** From 1; 0 if no place is to blame. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Says a problem with its place in the file: "towline.yaml:3:5: …". */
export type ProblemAt = (path: readonly (string | number)[], message: string) => string;

/** "towline.yaml:3:5: …". */
export function problemText({ file, line, column, message }: ConfigProblem): string {
  return line === 0 ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`;
}

/** A file of which nothing can be used. */
export function unusable(problems: readonly ConfigProblem[]): LocalError {
  return new LocalError('CONFIG_INVALID', problems.map(problemText).join('\n'), {
    help: 'mend the file; `towline doctor` checks it',
  });
}
