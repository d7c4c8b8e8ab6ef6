/** Who asks, as people are shown it, and as approvals and grants are bound to it. */
import { create } from '@bufbuild/protobuf';
import { type ApprovalAsker, ApprovalAskerSchema } from '../../../gen/towline/v1/approval_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { Principal } from '../../rpc/principal.ts';

export function askerOf({ kind, name, nodeId, agent }: Principal): ApprovalAsker {
  const isPeer = kind === 'peer';
  return create(ApprovalAskerSchema, {
    kind,
    name,
    nodeId: isPeer ? (nodeId ?? new Uint8Array()) : new Uint8Array(),
    agent: isPeer ? (agent ?? '') : '',
  });
}

/** The same key, or the same subject of tokens: its agents are one, for what it may have waiting. */
export function sourceOf({ kind, name, nodeId }: ApprovalAsker): string {
  return nodeId.length > 0 ? `${kind}:${toHex(nodeId)}` : `${kind}:${name}`;
}

/** Two askers never share it. A peer is its key: its alias may change hands. */
export function askerKey(asker: ApprovalAsker): string {
  return JSON.stringify([sourceOf(asker), asker.agent]);
}
