/** InstanceService: two nodes with one key learn of each other, through a peer that both have links to. */
import { randomBytes } from 'node:crypto';
import { Code, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { InstanceService } from '../../../gen/towline/v1/instance_service_pb.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { failure } from '../../rpc/failure.ts';
import { principalKey } from '../../rpc/principal.ts';
import type { Identity } from '../../trust/identity.ts';
import { verify } from '../../trust/signature.ts';

const NONCE_BYTES = 16;

/** One for each peer that asks; more peers at once are no accident. */
const MAX_NONCES = 1024;

export interface InstanceView {
  readonly identity: Pick<Identity, 'nodeId' | 'sign'>;
  readonly instanceId: Uint8Array;
  /** Another node runs with this key; `isElder` if this one is the elder. `seenBy`: the peer's alias. */
  onClone(clone: { readonly isElder: boolean; readonly seenBy: string }): void;
}

export function createInstanceService(view: InstanceView): ServiceImpl<typeof InstanceService> {
  const { identity, instanceId } = view;
  const nonces = new Map<string, Uint8Array>();

  return {
    challenge(_request, context) {
      const key = peerOf(context).key;
      const nonce = new Uint8Array(randomBytes(NONCE_BYTES));
      nonces.delete(key);
      if (nonces.size >= MAX_NONCES) nonces.clear();
      nonces.set(key, nonce);
      return { nonce };
    },
    prove: ({ nonce }) => ({ instanceId, signature: identity.sign('towline-instance-v1', nonce, instanceId) }),
    report(request, context) {
      const { key, name } = peerOf(context);
      const nonce = nonces.get(key);
      nonces.delete(key);
      const isProof =
        nonce !== undefined &&
        !equalBytes(request.instanceId, instanceId) &&
        verify(identity.nodeId, request.signature, 'towline-instance-v1', nonce, request.instanceId);
      if (!isProof) throw proofInvalid();
      view.onClone({ isElder: Buffer.compare(instanceId, request.instanceId) < 0, seenBy: name });
      return {};
    },
  };
}

function peerOf(context: HandlerContext): { key: string; name: string } {
  const { nodeId, name } = context.values.get(principalKey);
  if (nodeId) return { key: toHex(nodeId), name };
  throw failure(Code.FailedPrecondition, 'PEER_ONLY', 'only a node with links can see two nodes with one key', {
    permanent: true,
  });
}

function proofInvalid() {
  return failure(Code.InvalidArgument, 'PROOF_INVALID', 'this does not show that another node runs with this key', {
    permanent: true,
  });
}
