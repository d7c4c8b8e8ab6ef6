// Runs the command inside the test's own process, with streams that remember.
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { main } from '../../src/cli/main.ts';

/** How a command ended and what it wrote. */
export interface Captured {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `towline` with these words. */
export async function towline(argv: string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<Captured> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await main(argv, { stdin: Readable.from([input]), stdout, stderr, env });
  const [out, err] = await Promise.all([stdout, stderr].map((stream) => text(stream.end())));
  return { code, out: out ?? '', err: err ?? '' };
}
