/** Approvals and grants of the running node, by what a person types. */
import { createClient } from '@connectrpc/connect';
import { type Approval, ApprovalState, type Grant } from '../../gen/towline/v1/approval_pb.ts';
import { ApprovalService } from '../../gen/towline/v1/approval_service_pb.ts';
import { equalBytes, toHex } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import { nodeTransport } from './client.ts';
import { allPages } from './pages.ts';
import { usageError } from './usage.ts';

const PAGE_SIZE = 1000;

/** Fewer digits than this mean too many approvals. */
const MIN_DIGITS = 4;

/** Those that wait, or all that are remembered; the newest first. */
export async function listApprovals(home: string, all: boolean): Promise<Approval[]> {
  const client = createClient(ApprovalService, await nodeTransport(home));
  return allPages(async (pageToken) => {
    const { approvals: rows, nextPageToken } = await client.listApprovals({ all, pageSize: PAGE_SIZE, pageToken });
    return { rows, nextPageToken };
  });
}

export async function listGrants(home: string): Promise<Grant[]> {
  const client = createClient(ApprovalService, await nodeTransport(home));
  return allPages(async (pageToken) => {
    const { grants: rows, nextPageToken } = await client.listGrants({ pageSize: PAGE_SIZE, pageToken });
    return { rows, nextPageToken };
  });
}

/** By the id, or the end of it. Throws APPROVAL_UNKNOWN, or APPROVAL_AMBIGUOUS. */
export function findApproval(approvals: readonly Approval[], text: string): Approval {
  return findOne(approvals, ({ approvalId }) => approvalId, text, 'approval', 'towline approvals');
}

/** The same for a grant. Throws GRANT_UNKNOWN, or GRANT_AMBIGUOUS. */
export function findGrant(grants: readonly Grant[], text: string): Grant {
  return findOne(grants, ({ grantId }) => grantId, text, 'grant', 'towline grants list');
}

/** The last one that was approved for the same asker and tool, if all of its arguments are known. */
export function lastApproved(approvals: readonly Approval[], { approvalId, asker, node, tool }: Approval) {
  if (!tool) return undefined;
  return approvals.find(
    (other) =>
      other.state === ApprovalState.USED &&
      !other.argumentsTruncated &&
      !equalBytes(other.approvalId, approvalId) &&
      [other.node, other.tool?.node, other.tool?.upstream, other.tool?.name].join('\n') ===
        [node, tool.node, tool.upstream, tool.name].join('\n') &&
      [other.asker?.kind, other.asker?.name, other.asker?.agent].join('\n') ===
        [asker?.kind, asker?.name, asker?.agent].join('\n'),
  );
}

function findOne<T>(all: readonly T[], idOf: (one: T) => Uint8Array, text: string, noun: string, help: string): T {
  const digits = text.toLowerCase();
  if (!/^[0-9a-f]+$/.test(digits) || digits.length < MIN_DIGITS)
    throw usageError(`"${text}" is no id: type the ${MIN_DIGITS} or more hex digits at its end`, help);
  const [found, ...others] = all.filter((one) => toHex(idOf(one)).endsWith(digits));
  const word = noun.toUpperCase();
  if (!found) throw new LocalError(`${word}_UNKNOWN`, `there is no ${noun} ${text}`, { help });
  if (others.length === 0) return found;
  throw new LocalError(`${word}_AMBIGUOUS`, `more than one ${noun} ends with ${text}`, { help: 'type more of its id' });
}
