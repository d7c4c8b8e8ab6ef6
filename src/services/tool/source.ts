import type { Client } from '@connectrpc/connect';
import type { UpstreamStatus } from '../../../gen/towline/v1/tool_pb.ts';
import type { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';

/**
 * Something on this node that supplies tools: an upstream, later an uplink or a service of the mesh. It implements
 * the generated ToolService, and sees one node: itself.
 */
export interface ToolSource {
  /** Its name in the configuration; unique on the node. */
  readonly name: string;
  /** The groups that its tools are shared with. */
  readonly share: readonly string[];
  /** Whether rules of the policy may go by what it says of its own tools. If absent, they may not. */
  readonly trustAnnotations?: boolean;
  readonly client: Client<typeof ToolService>;
  status(): UpstreamStatus;
}
