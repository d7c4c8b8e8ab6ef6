/** What a tool of the gateway itself is. */
import type { Cancellation } from '../../../base/cancellation.ts';
import type { ToolCall } from './call.ts';
import type { Reply } from './reply.ts';
import type { MeshView } from './view.ts';

export interface BuiltIn {
  readonly name: string;
  /** The JSON text of the definition. */
  readonly definition: string;
  /** `callExposed` calls a tool of the mesh on behalf of the same caller. */
  run(
    view: MeshView,
    call: ToolCall,
    callExposed: (call: ToolCall) => Promise<Reply>,
    cancellation: Cancellation,
  ): Promise<Reply>;
}
