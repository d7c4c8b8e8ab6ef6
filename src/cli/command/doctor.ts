import type { Command } from 'commander';
import { exitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { renderFindings } from '../render/findings.ts';
import { prettyJson } from '../render/json.ts';

export const examples = ['towline doctor', 'towline doctor --json', 'towline down && towline doctor --repair'];

/** `towline doctor`: works with the node down. Ends with 1 if anything fails; warnings do not count. */
export function setup(command: Command, io: Io): void {
  command.option('--repair', 'make a sound store of a damaged one first; no node may run');
  command.action(async ({ repair }: { repair?: boolean }) => {
    const { examine } = await import('../doctor/checks.ts');
    const { repairHome } = await import('../doctor/store.ts');
    const repairs = repair ? await repairHome(io.home) : [];
    const findings = [...repairs, ...(await examine(io.home))];
    if (findings.some(({ level }) => level === 'fail')) io.exitCode = exitCode('failure');
    io.print(io.json ? prettyJson({ findings }) : renderFindings(io.style, findings));
  });
}
