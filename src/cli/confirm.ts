/** What a person types to show that they have read. */
import { createInterface } from 'node:readline/promises';
import { LocalError } from '../base/errors.ts';
import { listenForInterrupt } from './interrupt.ts';
import type { Io } from './io.ts';
import { usageError } from './usage.ts';

/** Throws NOT_CONFIRMED unless exactly `word` is typed; where nobody can type, only `--yes` will do. */
export async function confirm(io: Io, question: string, word: string): Promise<void> {
  if (!isTerminal(io.stdin)) throw usageError('nobody can confirm this here', 'look at it first, then give --yes');
  using interrupt = listenForInterrupt();
  const lines = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const typed = await lines.question(`${question} Type ${word} to go on: `, { signal: interrupt.signal });
    if (typed.trim() === word) return;
  } finally {
    lines.close();
  }
  throw new LocalError('NOT_CONFIRMED', 'nothing was done', { help: `type exactly ${word}` });
}

function isTerminal(stream: NodeJS.ReadableStream & { isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}
