import type { Command } from 'commander';
import { homePaths } from '../../node/home.ts';
import { tailLog } from '../../node/log-tail.ts';
import type { Io } from '../io.ts';
import { renderLogLine } from '../render/log-line.ts';
import { usageError } from '../usage.ts';
import { watchUntilInterrupted } from '../watch.ts';

export const examples = ['towline logs', 'towline logs -f', 'towline logs -n 500 --json'];

const DEFAULT_LINES = 50;

/** `towline logs`: works with the node down. With `--json`, the records as they stand in the file. */
export function setup(command: Command, io: Io): void {
  command
    .option('-f, --follow', 'go on with what is added, until Ctrl-C')
    .option('-n, --lines <count>', 'how many of the last lines', parseCount, DEFAULT_LINES);
  command.action(async ({ follow = false, lines }: { follow?: boolean; lines: number }) => {
    const path = homePaths(io.home).logFile;
    await watchUntilInterrupted(
      (signal) => tailLog(path, { lines, follow, signal }),
      (line) => io.print(io.json ? line : renderLogLine(io.style, line)),
    );
  });
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usageError(`"${text}" is not a number of lines`);
}
