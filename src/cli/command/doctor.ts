import type { Command } from 'commander';
import { exitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { renderFindings } from '../render/findings.ts';
import { prettyJson } from '../render/json.ts';

export const examples = ['towline doctor', 'towline doctor --json'];

/** `towline doctor`: works with the node down. Ends with 1 if anything fails; warnings do not count. */
export function setup(command: Command, io: Io): void {
  command.action(async () => {
    const { examine } = await import('../doctor/checks.ts');
    const findings = await examine(io.home);
    if (findings.some(({ level }) => level === 'fail')) io.exitCode = exitCode('failure');
    io.print(io.json ? prettyJson({ findings }) : renderFindings(io.style, findings));
  });
}
