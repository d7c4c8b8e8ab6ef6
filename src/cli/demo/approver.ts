/** The person who is asked: questions that wait on a node, and answers given there at the command line. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Approval } from '../../../gen/towline/v1/approval_pb.ts';
import { ApprovalService } from '../../../gen/towline/v1/approval_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { binPath } from '../package.ts';
import type { MeshNode } from './mesh-node.ts';
import type { Say } from './transcript.ts';
import { eventually } from './verify.ts';

const run = promisify(execFile);

/** The one question that waits on the approver's node. */
export function asked(approver: MeshNode): Promise<Approval> {
  return eventually(`${approver.name} is asked`, async () => (await waiting(approver))[0]);
}

/** Resolves when no question waits there any more. */
export async function withdrawn(approver: MeshNode): Promise<void> {
  await eventually(`nobody asks ${approver.name} any more`, async () =>
    (await waiting(approver)).length === 0 ? true : undefined,
  );
}

/** As a person does it: in a process of its own. Rejects if the command fails. */
export async function answer(
  node: MeshNode,
  say: Say,
  word: 'approve' | 'deny',
  { approvalId }: Approval,
  ...more: string[]
): Promise<void> {
  const id = toHex(approvalId);
  say(`${node.name}: towline approvals ${word} ${id.slice(-8)}`);
  await run(process.execPath, [binPath(), '--home', node.home, 'approvals', word, id, ...more]);
}

async function waiting(approver: MeshNode): Promise<Approval[]> {
  return (await approver.client(ApprovalService).listApprovals({})).approvals;
}
