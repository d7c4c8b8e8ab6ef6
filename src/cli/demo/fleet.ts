/** The nodes that the demo has started: ended together, whatever became of it. */
import { MeshNode, type MeshNodeOptions } from './mesh-node.ts';

export class Fleet implements AsyncDisposable {
  readonly nodes: MeshNode[] = [];
  #closed = false;

  /** Starts one more. Throws after the fleet has been ended, so that an interrupted story starts nothing new. */
  start(options: MeshNodeOptions): MeshNode {
    if (this.#closed) throw new Error('the demo has ended');
    const node = MeshNode.start(options);
    this.nodes.push(node);
    return node;
  }

  /** Ends all at the same time: each drains for a moment. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await Promise.all(this.nodes.map((node) => node[Symbol.asyncDispose]()));
  }
}
