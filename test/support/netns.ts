/** A machine of its own, as far as the network goes: a namespace, and a cable to it that a test can harm. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Nobody has this address: what is sent to it is gone. */
const NOBODY = '02:00:00:00:00:01';

export class Namespace implements Disposable {
  readonly name: string;
  /** The namespace's address, and the one of this side of the cable. */
  readonly inside: string;
  outside: string;
  readonly #network: string;
  readonly #onExit = () => this[Symbol.dispose]();

  /** Why there can be none here, or nothing. */
  static unavailable(): string | undefined {
    try {
      new Namespace()[Symbol.dispose]();
      return undefined;
    } catch (error) {
      return `no network namespaces here: ${error instanceof Error ? error.message.trim() : error}`;
    }
  }

  constructor() {
    const [number = 0] = randomBytes(1);
    this.name = `tl${process.pid}-${randomBytes(2).toString('hex')}`;
    // Set apart for tests of networks (RFC 2544).
    this.#network = `198.18.${number}`;
    this.inside = `${this.#network}.2`;
    this.outside = `${this.#network}.1`;
    process.once('exit', this.#onExit);
    try {
      this.#lay();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  get #cable(): string {
    return this.name.slice(0, 15);
  }

  #lay(): void {
    ip('netns', 'add', this.name);
    ip('link', 'add', this.#cable, 'type', 'veth', 'peer', 'name', 'cable', 'netns', this.name);
    ip('address', 'add', `${this.outside}/24`, 'dev', this.#cable);
    ip('link', 'set', this.#cable, 'up');
    ip('-n', this.name, 'address', 'add', `${this.inside}/24`, 'dev', 'cable');
    ip('-n', this.name, 'link', 'set', 'cable', 'up');
    ip('-n', this.name, 'link', 'set', 'lo', 'up');
  }

  /** What is sent in this direction is lost; nobody is told. */
  lose(direction: 'in' | 'out'): void {
    const neighbour = ['lladdr', NOBODY, 'nud', 'permanent', 'dev'];
    if (direction === 'in') ip('neighbour', 'replace', this.inside, ...neighbour, this.#cable);
    else ip('-n', this.name, 'neighbour', 'replace', this.outside, ...neighbour, 'cable');
  }

  /** Both directions carry again. */
  heal(): void {
    ip('link', 'set', this.#cable, 'up');
    ip('neighbour', 'flush', 'dev', this.#cable, 'nud', 'permanent');
    ip('-n', this.name, 'neighbour', 'flush', 'dev', 'cable', 'nud', 'permanent');
  }

  /** Pulls the cable out, on this side. */
  pull(): void {
    ip('link', 'set', this.#cable, 'down');
  }

  /** This side gets another address, as a laptop does in another network. */
  move(): void {
    ip('address', 'del', `${this.outside}/24`, 'dev', this.#cable);
    this.outside = `${this.#network}.${this.outside.endsWith('.1') ? 3 : 1}`;
    ip('address', 'add', `${this.outside}/24`, 'dev', this.#cable);
  }

  /** Loses so many packets of a hundred. Whether the kernel can. */
  drop(percent: number): boolean {
    try {
      execFileSync('tc', ['qdisc', 'replace', 'dev', this.#cable, 'root', 'netem', 'loss', `${percent}%`], {
        stdio: 'ignore',
      });
      return true;
    } catch {
      return false;
    }
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#onExit);
    for (const args of [
      ['link', 'del', this.#cable],
      ['netns', 'del', this.name],
    ]) {
      try {
        ip(...args);
      } catch {
        // It was not made, or went with the other.
      }
    }
  }
}
