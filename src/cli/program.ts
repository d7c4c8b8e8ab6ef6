/** The command line: which commands there are, which options all of them take, and how help looks. */
import { Command } from 'commander';
import { version } from '../node/version.ts';
import type { CommandEntry } from './command.ts';
import { commands } from './commands.ts';
import { exits } from './exit-codes.ts';
import { createIo, type GlobalOptions, type Io, type Surroundings } from './io.ts';

/** Builds the program. A command's own file is loaded when that command is typed. */
export function createProgram(around: Surroundings): { program: Command; io: Io } {
  const program = new Command('towline');
  const io = createIo(around, () => program.opts<GlobalOptions>());
  program
    .description('A schema-first service mesh for AI agents.')
    .version(version, '-V, --version', 'print the version')
    .option('--home <dir>', "the node's home (default: $TOWLINE_HOME, else ~/.towline)")
    .option('--json', 'write for programs: proto JSON on stdout, errors as JSON on stderr')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void around.stdout.write(text),
      writeErr: (text) => void around.stderr.write(text),
      outputError: () => undefined, // main reports it, in the form that was asked for
    })
    .exitOverride()
    .addHelpText('after', () => epilogue());
  for (const entry of commands) addCommand(program, entry);
  addHelpCommand(program, io);
  program.hook('preSubcommand', (_program, command) => load(command, io));
  return { program, io };
}

function addCommand(program: Command, { name, summary, group }: CommandEntry): void {
  program
    .command(name)
    .summary(summary)
    .description(`${capital(summary)}.`)
    .helpGroup(group);
}

/** Commander's own help command would show a command before its file is loaded. */
function addHelpCommand(program: Command, io: Io): void {
  const help = program.command('help').argument('[command]').helpGroup('Care:').summary('help for a command');
  help.description('Help for a command.').action(async (name?: string) => {
    const command = name === undefined ? program : program.commands.find((known) => known.name() === name);
    if (command === undefined)
      throw program.error(`error: unknown command '${name}'`, { code: 'commander.unknownCommand' });
    await load(command, io);
    command.outputHelp();
  });
}

async function load(command: Command, io: Io): Promise<void> {
  const entry = commands.find(({ name }) => name === command.name());
  if (entry === undefined) return;
  const { setup, examples } = await entry.load();
  setup(command, io);
  command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
}

function epilogue(): string {
  const codes = Object.values(exits).map(({ code, meaning }) => `  ${String(code).padEnd(5)}${meaning}`);
  const start = ['  towline up', '  towline invite', '  towline help join'];
  return ['', 'Examples:', ...start, '', 'Exit codes:', ...codes].join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
