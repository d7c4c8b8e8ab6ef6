import type { Node } from '../../../gen/towline/v1/node_pb.ts';
import { formatNodeId } from '../../trust/node-id.ts';

/** The `did:key` of a node; empty if the answer left the node out. */
export function nodeIdText(node: Node | undefined): string {
  return node === undefined ? '' : formatNodeId(node.nodeId);
}
