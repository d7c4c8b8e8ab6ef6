/** What a command reads and writes, and the options that every command has. */
import { resolveHome } from '../node/home.ts';
import { createStyle, type Style } from './render/style.ts';

/** The standard streams and the environment: the process's own, or a test's. */
export interface Surroundings {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean; rows?: number };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
}

/** The options of every command, as they were typed. */
export interface GlobalOptions {
  readonly home?: string;
  readonly json?: boolean;
}

/** A command's way to the outside. */
export interface Io extends Surroundings {
  /** The node's home: `--home`, else `TOWLINE_HOME`, else `~/.towline`. */
  readonly home: string;
  /** Whether the output is for programs. */
  readonly json: boolean;
  /** Colours for stdout; none where it is not a terminal, or `NO_COLOR` is set. */
  readonly style: Style;
  /** Writes lines to stdout. */
  print(text: string): void;
  /** Writes lines to stderr: what is for people even when stdout is for a program. */
  note(text: string): void;
  /** The code that the process ends with, unless the command throws. */
  exitCode: number;
}

/** `options` is asked each time, because commands are set up before the command line has been read. */
export function createIo(around: Surroundings, options: () => GlobalOptions): Io {
  return {
    ...around,
    get home() {
      return resolveHome(options().home, around.env);
    },
    get json() {
      return options().json === true;
    },
    style: createStyle(around.stdout.isTTY === true && !around.env['NO_COLOR']),
    print: (text) => void around.stdout.write(`${text}\n`),
    note: (text) => void around.stderr.write(`${text}\n`),
    exitCode: 0,
  };
}
