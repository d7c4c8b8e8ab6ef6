/** How the command ends, for scripts. docs/CLI.md shows this table; a test compares the two. */

/** One way to end. */
export interface ExitMeaning {
  readonly code: number;
  readonly meaning: string;
}

export const exits = {
  ok: { code: 0, meaning: 'done' },
  failure: { code: 1, meaning: 'it failed; also when a tool says that it failed, or `doctor` found a failure' },
  usage: { code: 2, meaning: 'the command line cannot be understood, or this Node is too old' },
  notRunning: { code: 3, meaning: 'no node runs for this home' },
  refused: { code: 4, meaning: 'refused: not trusted, not allowed, or an invite that is not valid any more' },
  notFound: { code: 5, meaning: 'there is no such tool, peer or token' },
  unavailable: { code: 6, meaning: 'the other side cannot be reached, or did not answer in time' },
  interrupted: { code: 130, meaning: 'interrupted by Ctrl-C' },
} as const satisfies Record<string, ExitMeaning>;

export type ExitName = keyof typeof exits;

/** The number that the process ends with. */
export function exitCode(name: ExitName): number {
  return exits[name].code;
}
