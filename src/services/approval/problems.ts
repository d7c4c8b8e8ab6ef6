/** What deciders are told when their answer does not count. */
import { Code, type ConnectError } from '@connectrpc/connect';
import { type Approval, ApprovalStateSchema } from '../../../gen/towline/v1/approval_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { failure } from '../../rpc/failure.ts';

export function approvalUnknown(approvalId: Uint8Array): ConnectError {
  return failure(Code.NotFound, 'APPROVAL_UNKNOWN', 'there is no such approval', {
    permanent: true,
    metadata: { approval: toHex(approvalId) },
    help: 'list those that wait with `towline approvals`',
  });
}

/** It came too late: nothing that it says has any effect. */
export function approvalOver({ approvalId, state, reason }: Approval): ConnectError {
  const word = ApprovalStateSchema.value[state]?.localName.toLowerCase() ?? String(state);
  return failure(
    Code.FailedPrecondition,
    'APPROVAL_OVER',
    `the approval was ${word} before (${reason}); this answer has no effect`,
    {
      permanent: true,
      metadata: { approval: toHex(approvalId), state: word, cause: reason },
      help: 'if the call is still wanted, it must be asked for again: `towline approvals` then shows a new one',
    },
  );
}

export function approvalMismatch(approvalId: Uint8Array): ConnectError {
  return failure(Code.InvalidArgument, 'APPROVAL_MISMATCH', 'the answer is to another question than this one', {
    permanent: true,
    metadata: { approval: toHex(approvalId) },
    help: 'look at the approval again and answer what it shows: towline approvals',
  });
}

export function ownApproval(): ConnectError {
  return failure(Code.PermissionDenied, 'OWN_APPROVAL', 'nobody decides what they ask themselves', {
    permanent: true,
    help: 'another approver must answer; see `approvals` in the towline.yaml of the node that has the tool',
  });
}

export function notApprover(): ConnectError {
  return failure(Code.PermissionDenied, 'NOT_APPROVER', 'you are no approver of this', {
    permanent: true,
    help: 'the owner of the node that has the tool names approvers in its towline.yaml: `approvals`',
  });
}

export function grantUnknown(grantId: Uint8Array): ConnectError {
  return failure(Code.NotFound, 'GRANT_UNKNOWN', 'there is no such grant', {
    permanent: true,
    metadata: { grant: toHex(grantId) },
    help: 'list those that count with `towline grants list`',
  });
}

export function notKept(cause: unknown): ConnectError {
  return failure(Code.Unavailable, 'STORE_FAILED', 'the answer could not be written down; the call was denied', {
    help: 'see `towline logs`; is the disk full?',
    cause,
  });
}
