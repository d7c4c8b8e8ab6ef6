/** The command's entry: reads the command line, runs one command, and says how it ended. */
import type { CommanderError } from 'commander';
import { exitCode } from './exit-codes.ts';
import type { Surroundings } from './io.ts';
import { createProgram } from './program.ts';

/** Runs the command in `argv` (without the program's name) and gives the exit code of docs/CLI.md. Never throws. */
export async function main(argv: string[], around: Surroundings = process): Promise<number> {
  endQuietlyWithoutReader(around);
  const { program, io } = createProgram(around);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return io.exitCode;
  } catch (error) {
    if (isCommanderError(error) && error.exitCode === 0) return exitCode('ok');
    const { report } = await import('./report.ts');
    return report(isCommanderError(error) ? await fromCommander(error) : error, around, argv.includes('--json'));
  }
}

function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

async function fromCommander(error: CommanderError): Promise<Error> {
  const { usageError } = await import('./usage.ts');
  const message = error.code === 'commander.help' ? 'a command is missing' : error.message.replace(/^error: /, '');
  return usageError(message, 'towline help');
}

/** `towline tools | head` closes our output early: that is not a failure. */
function endQuietlyWithoutReader({ stdout }: Surroundings): void {
  if (stdout !== process.stdout) return;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}
