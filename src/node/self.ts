import { create } from '@bufbuild/protobuf';
import type { Config } from '../../gen/towline/v1/config_pb.ts';
import { type Node, NodeSchema } from '../../gen/towline/v1/node_pb.ts';
import { selfAlias } from '../services/tool/self.ts';
import type { Identity } from '../trust/identity.ts';
import { version } from './version.ts';

/** This node as it shows itself; made anew when its key or its configuration is another. Nobody may change what is given. */
export function selfView(identity: Identity, displayName: string, config: () => Config): () => Node {
  let made: { readonly node: Node; readonly from: Config } | undefined;
  return () => {
    const from = config();
    if (made?.from !== from || made.node.nodeId !== identity.nodeId) {
      const { nodeId } = identity;
      const { role, team } = from;
      const software = `towline/${version}`;
      made = { from, node: create(NodeSchema, { nodeId, alias: selfAlias, displayName, role, team, software }) };
    }
    return made.node;
  };
}
