/** What a command is to the program that holds them all. */
import type { Command } from 'commander';
import type { Io } from './io.ts';

/** A file in `command/`: loaded when its command is typed, and not before. */
export interface CommandModule {
  /** Whole command lines, the most usual first. Shown by `--help`. */
  readonly examples: readonly string[];
  /** Adds arguments, options, subcommands and the action. */
  setup(command: Command, io: Io): void;
}

/** What the list of commands shows without loading anything. */
export interface CommandEntry {
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  load(): Promise<CommandModule>;
}
