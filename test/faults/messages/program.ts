import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Compiled code is kept from life to life, where nodes keep theirs. */
const CACHE = join(tmpdir(), 'node-compile-cache');

/** What is killed again and again. */
export interface Victim {
  readonly name: string;
  /** Whether there is something to kill. */
  readonly isUp: boolean;
  kill(): void;
}

/** A program that is started anew whenever it ends, until the storm is over or it is done. */
export class Program implements Victim {
  readonly name: string;
  readonly #script: string;
  readonly #orders: () => object;
  readonly #hear: (words: string[]) => void;
  #child: ChildProcess | undefined;
  #isOver = false;
  isUp = false;
  readonly #ready = Promise.withResolvers<void>();
  /** Resolves when it runs for the first time. */
  readonly ready = this.#ready.promise;
  /** Resolves when it has done its work, or was stopped. */
  readonly done: Promise<void>;

  /** `orders` is asked at each start; `hear` gets all that the program says. */
  constructor(name: string, script: string, orders: () => object, hear: (words: string[]) => void) {
    this.name = name;
    this.#script = join(import.meta.dirname, script);
    this.#orders = orders;
    this.#hear = hear;
    this.done = this.#run();
  }

  kill(): void {
    this.isUp = false;
    this.#child?.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.kill();
    await this.done;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) await this.#live();
  }

  /** One life; all that it has said is heard before the next begins. */
  async #live(): Promise<void> {
    const child = spawn(process.execPath, [this.#script, JSON.stringify(this.#orders())], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: CACHE },
    });
    this.#child = child;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const words = line.split(' ');
      if (words[0] === 'ready') {
        this.isUp = true;
        this.#ready.resolve();
      } else if (words[0] === 'done') this.#isOver = true;
      else this.#hear(words);
    });
    await once(child, 'close');
    this.isUp = false;
  }
}
