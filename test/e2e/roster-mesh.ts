/** A group of real processes: each joins by one invite of the first, and then all know each other. */
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { type NodePlan, startMesh, type TestMesh, type TestNode } from '../fixtures/mesh.ts';

const server = join(import.meta.dirname, '..', 'fixtures', 'echo-server.ts');
const wait = { timeout: 60_000, interval: 250 };

interface PeerList {
  peers: { node: { alias: string; nodeId: string }; state: string }[];
}

export class RosterMesh implements AsyncDisposable {
  readonly names: readonly string[];
  readonly #mesh: TestMesh<string>;

  private constructor(names: readonly string[], mesh: TestMesh<string>) {
    this.names = names;
    this.#mesh = mesh;
  }

  /** Starts `count` nodes, founds the group `team` on the first, and lets the others join one after the other. */
  static async start(count: number): Promise<RosterMesh> {
    const names = Array.from({ length: count }, (_, n) => `n${n}`);
    const plans = names.map((name) => {
      const echo = { command: process.execPath, args: [server, name] };
      return [name, { servers: { echo }, share: ['team'] }] satisfies [string, NodePlan];
    });
    const mesh = new RosterMesh(names, await startMesh<string>(Object.fromEntries(plans)));
    try {
      await mesh.node('n0').json('group', 'create', 'team');
      for (const name of names.slice(1)) await mesh.#mesh.join(name, 'n0', 'team');
    } catch (error) {
      await mesh[Symbol.asyncDispose]();
      throw error;
    }
    return mesh;
  }

  node(name: string): TestNode {
    return this.#mesh.node(name);
  }

  /** Waits until each of these nodes knows exactly these others. */
  async untilKnown(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const others = names.filter((other) => other !== name).sort();
      await vi.waitFor(async () => expect((await this.peers(name)).sort()).toEqual(others), wait);
    }
  }

  async peers(name: string): Promise<string[]> {
    const { peers } = await this.node(name).json<PeerList>('peers');
    return peers.map(({ node }) => node.alias);
  }

  /** What the tool of `whom` says to `who`; the text of the failure if it fails. */
  async call(who: string, whom: string): Promise<string> {
    const { stdout, stderr } = await this.node(who).towline('call', `${whom}/echo/whoami`);
    return stdout.trim() || stderr;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#mesh[Symbol.asyncDispose]();
  }
}
