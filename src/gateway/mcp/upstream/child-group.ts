/**
 * A child and everything that it starts, as one group: `npx`, `uvx` and shells start the real server as a grandchild,
 * which would outlive a signal to the child alone.
 */
import { type ChildProcessByStdio, spawnSync } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import spawn from 'cross-spawn';

export interface ChildOptions {
  readonly cwd: string;
  readonly env: Record<string, string>;
  /** The pause after the end of input, and again after SIGTERM. */
  readonly graceMs: number;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Groups that run now. If this process exits in order, they are killed; if it is killed, they see the end of input. */
const running = new Set<ChildGroup>();

/** How long the output of an ended child may still be read: a grandchild can hold it open for ever. */
const drainMs = 250;

export class ChildGroup {
  readonly child: Child;
  /** Resolves when the child has ended and its output was read, with words on how. Never rejects. */
  readonly ended: Promise<string>;
  readonly #graceMs: number;
  #exited = false;

  constructor(command: string, args: readonly string[], options: ChildOptions) {
    this.#graceMs = options.graceMs;
    this.child = spawn(command, [...args], {
      cwd: options.cwd,
      env: options.env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32', // a group of its own, whose id is the child's pid
      windowsHide: true,
    }) as Child;
    this.ended = this.#watch();
    this.#register();
  }

  /** Asks the child to end (end of input, then SIGTERM), then kills what is left of the group. Idempotent. */
  async stop(): Promise<void> {
    this.child.stdin.end();
    if (!(await this.#endsWithin(this.#graceMs))) this.#signal('SIGTERM');
    if (!(await this.#endsWithin(this.#graceMs))) this.kill();
    await this.ended;
  }

  /** Kills the whole group now. */
  kill(): void {
    this.#signal('SIGKILL');
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    if (process.platform === 'win32') {
      spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { windowsHide: true });
    } else {
      killGroup(pid, signal);
    }
  }

  #watch(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.child.once('error', (error: NodeJS.ErrnoException) => {
      if (this.child.pid === undefined) resolve(`it could not be started (${error.code ?? error.message})`);
    });
    this.child.once('exit', (code, signal) => {
      this.#exited = true;
      const how = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
      const timer = setTimeout(() => resolve(how), drainMs);
      this.child.once('close', () => {
        clearTimeout(timer);
        resolve(how);
      });
    });
    return promise.finally(() => this.#clear());
  }

  #register(): void {
    if (this.child.pid === undefined) return;
    if (running.size === 0) process.on('exit', killRunning);
    running.add(this);
  }

  /** The child is gone: so must be what it left behind. */
  #clear(): void {
    this.kill();
    for (const stream of this.child.stdio) stream?.destroy();
    running.delete(this);
    if (running.size === 0) process.off('exit', killRunning);
  }

  async #endsWithin(ms: number): Promise<boolean> {
    if (this.#exited) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), ms);
    const ended = this.ended.then(() => true);
    return Promise.race([promise, ended]).finally(() => clearTimeout(timer));
  }
}

function killRunning(): void {
  for (const group of running) group.kill();
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: nobody is left. EPERM: only zombies are left (macOS says so).
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
