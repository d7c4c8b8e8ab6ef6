import type { Client } from '@connectrpc/connect';
import type { UpstreamStatus } from '../../../gen/towline/v1/tool_pb.ts';
import type { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';

/** The methods of a supplier that its node calls. */
export type ToolSupplier = Pick<Client<typeof ToolService>, 'watchTools' | 'callTool'>;

/**
 * Something on this node that supplies tools: an upstream, or an attached agent. It implements
 * the generated ToolService, and sees one node: itself.
 */
export interface ToolSource {
  /** Its name in the configuration; unique on the node. */
  readonly name: string;
  /** The groups that its tools are shared with. */
  readonly share: readonly string[];
  /** Whether rules of the policy may go by what it says of its own tools. If absent, they may not. */
  readonly trustAnnotations?: boolean;
  readonly client: ToolSupplier;
  status(): UpstreamStatus;
}
