/** One node of the demo: a real process, in a home of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient, type Transport } from '@connectrpc/connect';
import { LocalError, systemCodeOf } from '../../base/errors.ts';
import { homePaths } from '../../node/home.ts';
import { nodeTransport } from '../client.ts';
import { binPath } from '../package.ts';
import type { ReadyJson } from '../up-foreground.ts';

/** How long a node may take to drain before it is ended at once. */
const DRAIN_MS = 5000;
const LAST_LINES = 12;

export interface MeshNodeOptions {
  readonly name: string;
  /** The folder that gets the node's home. */
  readonly folder: string;
  /** An MCP configuration file, and the group that sees its tools. */
  readonly mcpFile?: string;
  readonly share?: string;
}

export class MeshNode implements AsyncDisposable {
  readonly name: string;
  readonly home: string;
  readonly #child: ChildProcess;
  #said = '';
  #ready: ReadyJson | undefined;
  #transport: Transport | undefined;

  private constructor(options: MeshNodeOptions) {
    this.name = options.name;
    this.home = join(options.folder, options.name);
    this.#child = spawn(process.execPath, [binPath(), ...upCommand(options, this.home)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the terminal reaches the demo alone, which ends its nodes in order.
      detached: true,
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-8192);
    });
  }

  /** Starts the process; `ready` waits for it. Separate, so that a node that never gets ready is ended too. */
  static start(options: MeshNodeOptions): MeshNode {
    return new MeshNode(options);
  }

  /** Resolves when the node answers. Throws what it said if it ends instead. */
  async ready(): Promise<ReadyJson> {
    const lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream });
    const [line] = (await Promise.race([once(lines, 'line'), this.#ended()])) as [string];
    this.#ready = JSON.parse(line) as ReadyJson;
    this.#transport = await nodeTransport(this.home);
    return this.#ready;
  }

  get about(): ReadyJson {
    if (this.#ready === undefined) throw new LocalError('DEMO_FAILED', `${this.name} is not ready`);
    return this.#ready;
  }

  /** A generated client of one of its services, as its owner. */
  client<Service extends DescService>(service: Service): Client<Service> {
    if (this.#transport === undefined) throw new LocalError('DEMO_FAILED', `${this.name} is not ready`);
    return createClient(service, this.#transport);
  }

  /** The last lines of its log and of what it said, for when something fails. */
  async lastLines(): Promise<string[]> {
    const log = await readFile(homePaths(this.home).logFile, 'utf8').catch(ifMissing);
    return `${log}\n${this.#said}`.split('\n').filter(Boolean).slice(-LAST_LINES);
  }

  /** Ends it as Ctrl-C would, and waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), DRAIN_MS);
    await gone;
    clearTimeout(timer);
  }

  async #ended(): Promise<never> {
    await once(this.#child, 'exit');
    throw new LocalError('DEMO_FAILED', `${this.name} ended while it was starting: ${this.#said.trim()}`);
  }
}

/** Only this machine, and a free port: the demo opens nothing to others. */
function upCommand({ name, mcpFile, share }: MeshNodeOptions, home: string): string[] {
  const offer = mcpFile === undefined ? [] : ['--mcp', mcpFile];
  const sharing = share === undefined ? [] : ['--share', share];
  return ['up', '--home', home, '--name', name, '--host', '127.0.0.1', '--port', '0', ...offer, ...sharing, '--json'];
}

function ifMissing(error: unknown): string {
  if (systemCodeOf(error) === 'ENOENT') return '';
  throw error;
}
