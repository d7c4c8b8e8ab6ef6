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
  readonly #options: MeshNodeOptions;
  #child: ChildProcess;
  #said = '';
  #ready: ReadyJson | undefined;
  #transport: Transport | undefined;

  private constructor(options: MeshNodeOptions) {
    this.name = options.name;
    this.home = join(options.folder, options.name);
    this.#options = options;
    this.#child = this.#spawn(0);
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

  /** Starts the process again, on the port that it had: the others know it by that. Resolves when it answers. */
  async startAgain(): Promise<void> {
    const { url } = this.about;
    this.#child = this.#spawn(Number(new URL(url).port));
    await this.ready();
  }

  /** Ends it as Ctrl-C would, and waits. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), DRAIN_MS);
    await gone;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #spawn(port: number): ChildProcess {
    const child = spawn(process.execPath, [binPath(), ...upCommand(this.#options, this.home, port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C in the terminal reaches the demo alone, which ends its nodes in order.
      detached: true,
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-8192);
    });
    return child;
  }

  async #ended(): Promise<never> {
    await once(this.#child, 'exit');
    throw new LocalError('DEMO_FAILED', `${this.name} ended while it was starting: ${this.#said.trim()}`);
  }
}

/** Only this machine, and a free port where it is 0: the demo opens nothing to others. */
function upCommand({ name, mcpFile, share }: MeshNodeOptions, home: string, port: number): string[] {
  const offer = mcpFile === undefined ? [] : ['--mcp', mcpFile];
  const sharing = share === undefined ? [] : ['--share', share];
  const place = ['--home', home, '--name', name, '--host', '127.0.0.1', '--port', String(port)];
  return ['up', ...place, ...offer, ...sharing, '--json'];
}

function ifMissing(error: unknown): string {
  if (systemCodeOf(error) === 'ENOENT') return '';
  throw error;
}
