/** Who works on this node now: MCP client sessions and programs. */
import { create } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { type Agent, AgentSchema } from '../../gen/towline/v1/node_pb.ts';

export interface Arrival {
  readonly name: string;
  /** The kind of door: "mcp" or "token". */
  readonly door: string;
  /** What its software calls itself. */
  readonly software: string;
}

export class Agents {
  readonly #present = new Set<Agent>();

  /** An agent came. Returns what to call when it goes. */
  arrive(arrival: Arrival): () => void {
    const agent = create(AgentSchema, { ...arrival, connectTime: timestampNow() });
    this.#present.add(agent);
    return () => void this.#present.delete(agent);
  }

  list(): Agent[] {
    return [...this.#present];
  }

  get size(): number {
    return this.#present.size;
  }
}
