/** RotationService: keyrings follow nodes that have new keys. Open to strangers; the signatures decide. */
import { create } from '@bufbuild/protobuf';
import { Code, type ServiceImpl } from '@connectrpc/connect';
import type { Rotation } from '../../../gen/towline/v1/rotation_pb.ts';
import { GetSuccessorResponseSchema, type RotationService } from '../../../gen/towline/v1/rotation_service_pb.ts';
import { failure, fromLocal } from '../../rpc/failure.ts';

/** What the service needs of the node. */
export interface RotationActions {
  /** Replaces a key of the keyring by its successor. Throws ROTATION_REFUSED. */
  follow(rotations: readonly Rotation[]): Promise<void>;
  /** What leads from a key that this node had to the one that it has; nothing if it never had it. */
  successor(nodeId: Uint8Array): Rotation[];
}

const codes: Readonly<Record<string, Code>> = { ROTATION_REFUSED: Code.PermissionDenied };

export function createRotationService(actions: RotationActions): ServiceImpl<typeof RotationService> {
  return {
    async announce({ rotations }) {
      try {
        await actions.follow(rotations);
        return {};
      } catch (error) {
        throw fromLocal(error, codes);
      }
    },
    getSuccessor({ nodeId }) {
      const rotations = actions.successor(nodeId);
      if (rotations.length > 0) return create(GetSuccessorResponseSchema, { rotations });
      throw failure(Code.NotFound, 'ROTATION_UNKNOWN', 'this node never had that key', { permanent: true });
    },
  };
}
