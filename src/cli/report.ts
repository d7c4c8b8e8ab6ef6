/** Says on stderr what went wrong, for people or for programs. */
import { exitCode } from './exit-codes.ts';
import type { Surroundings } from './io.ts';
import { type Problem, problemOf } from './problem.ts';
import { plainText } from './render/plain.ts';
import { createStyle, type Style } from './render/style.ts';

/** Reports an error and gives the exit code that belongs to it. */
export function report(error: unknown, { stderr, env }: Surroundings, json: boolean): number {
  const problem = problemOf(error);
  const style = createStyle(stderr.isTTY === true && !env['NO_COLOR']);
  stderr.write(`${json ? problemJson(problem) : problemText(problem, style)}\n`);
  return exitCode(problem.exit);
}

/** `{"error": {"message", "reason", "help", "metadata", "exitCode"}}` on one line. */
export function problemJson({ message, reason, help, metadata, exit }: Problem): string {
  return JSON.stringify({ error: { message, reason, help, metadata, exitCode: exitCode(exit) } });
}

/** The message, its reason, and what helps. */
export function problemText({ message, reason, help }: Problem, style: Style): string {
  const lines = [`${style.bad('error:')} ${plainText(message)}`, `${style.dim('reason:')} ${plainText(reason)}`];
  if (help !== '') lines.push(`${style.accent('help:')} ${plainText(help)}`);
  return lines.join('\n');
}
