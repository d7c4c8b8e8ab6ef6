/** A node of a story: a real `towline up`, in a home of its own that vanishes with the story. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';

const run = promisify(execFile);
const bin = join(import.meta.dirname, '..', '..', 'bin', 'towline.js');

/** What a node begins with. */
export interface NodePlan {
  /** The text of its towline.yaml. */
  readonly config?: string;
}

export class StoryNode {
  readonly name: string;
  readonly home: string;
  #child: ChildProcess | undefined;
  #url = '';

  private constructor(name: string, folder: string) {
    this.name = name;
    this.home = join(folder, name);
  }

  static async start(name: string, folder: string, { config }: NodePlan): Promise<StoryNode> {
    const node = new StoryNode(name, folder);
    await mkdir(node.home, { mode: 0o700 });
    if (config !== undefined) await writeFile(join(node.home, 'towline.yaml'), config, { mode: 0o600 });
    await node.start();
    return node;
  }

  /** `towline up`, on a free port; on the same one when it is started again, for the others know it by that. */
  async start(): Promise<void> {
    const port = this.#url === '' ? '0' : new URL(this.#url).port;
    const place = ['--home', this.home, '--name', this.name, '--host', '127.0.0.1', '--port', port];
    const child = spawn(process.execPath, [bin, 'up', ...place, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`${this.name} has ended`)));
    ended.catch(() => undefined); // ends with the story, too
    const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) => String(text));
    this.#url = (JSON.parse(await Promise.race([line, ended])) as { url: string }).url;
  }

  /** Ends the process, and waits for it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /** Runs `towline WORDS…` for this node, and gives what it printed. Throws if it failed. */
  async towline(...words: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [bin, '--home', this.home, ...words], {
      env: { ...process.env, NO_COLOR: '1' },
    });
    return stdout;
  }

  /** The same with `--json`. */
  async json<Answer>(...words: string[]): Promise<Answer> {
    return JSON.parse(await this.towline(...words, '--json')) as Answer;
  }

  /** Redeems an invite of another node. */
  async join(inviter: StoryNode, group = 'home'): Promise<void> {
    const { invite } = await inviter.json<{ invite: string }>('invite', '--group', group);
    await this.towline('join', invite);
  }

  /** A token of this node, as `towline token create` gives it. */
  async token(...words: string[]): Promise<string> {
    return (await this.json<{ token: string }>('token', 'create', ...words)).token;
  }

  /** A generated client of one of its services, for the bearer of a token. */
  client<Service extends DescService>(service: Service, token: string): Client<Service> {
    const transport = createConnectTransport({
      baseUrl: this.#url,
      httpVersion: '2',
      acceptCompression: [],
      interceptors: [
        (next) => (request) => {
          request.header.set('authorization', `Bearer ${token}`);
          return next(request);
        },
      ],
    });
    return createClient(service, transport);
  }
}
