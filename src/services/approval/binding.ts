/** What an approval is bound to, as one hash. */
import { createHash } from 'node:crypto';
import type { Approval } from '../../../gen/towline/v1/approval_pb.ts';
import { askerKey } from './asker.ts';

/** Begins what is hashed, so that no other hash of ours can be mistaken for it. */
const DOMAIN = 'towline-approval-v1';

type Bound = Pick<
  Approval,
  'asker' | 'nodeId' | 'verb' | 'tool' | 'resource' | 'argumentsSha256' | 'policyVersion' | 'rule'
>;

/** SHA-256. Each part is led by its length: no two questions read the same. */
export function bindingOf(approval: Bound): Uint8Array {
  const { asker, nodeId, verb, tool, resource, argumentsSha256, policyVersion, rule } = approval;
  const hash = createHash('sha256');
  const add = (part: Uint8Array | string) => {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  add(DOMAIN);
  add(asker ? askerKey(asker) : '');
  add(nodeId);
  add(verb);
  add(tool ? '1' : '0');
  add(tool?.node ?? '');
  add(tool?.upstream ?? '');
  add(tool?.name ?? '');
  add(resource);
  add(argumentsSha256);
  add(policyVersion);
  add(rule);
  return new Uint8Array(hash.digest());
}
