/** Two nodes meet, and one has a key that the other has not heard of: whoever notices it asks or tells, and dials again. */
import type { DescService } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import type { Rotation } from '../../gen/towline/v1/rotation_pb.ts';
import { RotationService } from '../../gen/towline/v1/rotation_service_pb.ts';
import { LocalError } from '../base/errors.ts';
import { parseNodeId } from '../trust/node-id.ts';

/** The other side writes two files. */
const askMs = 5_000;

/** Reaches a service of the node with this key, at this address, by mutual TLS. */
export type ClientAt = <S extends DescService>(
  service: S,
  nodeId: Uint8Array,
  address: string,
) => Promise<Client<S> & AsyncDisposable>;

export interface SuccessionParts {
  /** The rotations that lead from the oldest key of this node to the one of now. */
  readonly own: () => Rotation[];
  /** Replaces a key of the keyring by its successor. Throws ROTATION_REFUSED. */
  readonly follow: (rotations: readonly Rotation[]) => Promise<void>;
}

/** A peer refused this node's key: tells it whose successor that is. Resolves to whether it may be dialed again. */
export async function tellSuccessor(
  error: unknown,
  { nodeId, address }: { nodeId: Uint8Array; address: string },
  clientAt: ClientAt,
  { own }: SuccessionParts,
): Promise<boolean> {
  const rotations = own();
  if (!(error instanceof LocalError) || error.reason !== 'LINK_UNTRUSTED' || rotations.length === 0) return false;
  await using client = await clientAt(RotationService, nodeId, address);
  await client.announce({ rotations }, { timeoutMs: askMs });
  return true;
}

/** Where a peer was expected, another key answered: follows it if it is the peer's own. */
export async function followSuccessor(
  error: unknown,
  nodeId: Uint8Array,
  clientAt: ClientAt,
  { follow }: SuccessionParts,
): Promise<void> {
  if (!(error instanceof LocalError) || error.reason !== 'LINK_KEY_MISMATCH') return;
  const { shown, address } = error.metadata;
  if (shown === undefined || address === undefined) return;
  await using client = await clientAt(RotationService, parseNodeId(shown), address);
  const { rotations } = await client.getSuccessor({ nodeId }, { timeoutMs: askMs });
  await follow(rotations);
}
