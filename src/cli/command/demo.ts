import type { Command } from 'commander';
import type { Io } from '../io.ts';

export const examples = ['towline demo', 'towline demo --stay', 'towline demo --json'];

/** `towline demo`: ends with 0 only if every step has verified its result. It does not touch this home. */
export function setup(command: Command, io: Io): void {
  command.option('--stay', 'leave the mesh running until Ctrl-C, and say how to point MCP clients at it');
  command.action(async ({ stay }: { stay?: boolean }) => {
    const { runDemo } = await import('../demo/run.ts');
    await runDemo(io, stay === true);
  });
}
