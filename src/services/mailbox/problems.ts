/** Why mail is not accepted, not taken, or not found. */
import { create } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { type MailRefusal, MailRefusalSchema } from '../../../gen/towline/v1/mailbox_pb.ts';
import { LocalError } from '../../base/errors.ts';
import { overQuota, QUOTA_EXCEEDED } from '../quota.ts';

/** The statuses of what the methods fail with. */
export const mailCodes: Readonly<Record<string, Code>> = {
  TARGET_UNKNOWN: Code.NotFound,
  TARGET_AMBIGUOUS: Code.InvalidArgument,
  TARGET_EMPTY: Code.FailedPrecondition,
  TARGET_TOO_LARGE: Code.ResourceExhausted,
  MESSAGE_ID_CONFLICT: Code.AlreadyExists,
  OUTBOX_FULL: Code.ResourceExhausted,
  [QUOTA_EXCEEDED]: Code.ResourceExhausted,
  MAIL_UNKNOWN: Code.NotFound,
  MAIL_AMBIGUOUS: Code.InvalidArgument,
  INBOX_FOREIGN: Code.PermissionDenied,
  INBOX_UNKNOWN: Code.NotFound,
  TEXT_INVALID: Code.InvalidArgument,
  CHANNEL_PRIORITY: Code.InvalidArgument,
  PAGE_TOKEN_INVALID: Code.InvalidArgument,
  RECEIVER_UNKNOWN: Code.NotFound,
  NO_HUB: Code.FailedPrecondition,
  NOT_A_NODE: Code.PermissionDenied,
  STORE_FULL: Code.ResourceExhausted,
  STORE_BUSY: Code.Unavailable,
  STORE_CLOSED: Code.Unavailable,
};

/** These may pass by themselves; all other refusals stay until somebody changes something. */
const TEMPORARY: ReadonlySet<string> = new Set(['INBOX_FULL', 'SEAL_KEY_GONE', 'KEEP_FULL', QUOTA_EXCEEDED]);

export function refusalOf({ reason, message, help }: LocalError): MailRefusal {
  return create(MailRefusalSchema, { reason, message, help, permanent: !TEMPORARY.has(reason) });
}

export function agentUnknown(agent: string): LocalError {
  return new LocalError('AGENT_UNKNOWN', `no agent "${agent}" has ever worked on the node`, {
    help: 'leave the agent out: the mail then goes to all who work on the node',
  });
}

export function inboxFull(): LocalError {
  return new LocalError('INBOX_FULL', "the receiver's inbox is full of unread mail", {
    help: 'send it again later, when mail has been read there (towline inbox)',
  });
}

/** What waits unread is more than the owner of the receiver's node lets this sender have there. */
export function tooMuchUnread(quota: number): LocalError {
  const instead = 'wait until mail has been read there (towline inbox)';
  return quotaExceeded(quota, 'too many bytes of your mail are unread there', instead);
}

/** What waits in the outboxes is more than the owner of this node lets this sender have. */
export function tooMuchWaiting(quota: number): LocalError {
  const instead = 'wait until some of it is delivered, and find out why it is not: towline peers';
  return quotaExceeded(quota, 'too many bytes of your mail wait to be delivered', instead);
}

/** What the hub keeps for all receivers together is more than its owner lets this sender have. */
export function tooMuchKept(quota: number): LocalError {
  const instead = 'the mail waits on your node, which goes on trying';
  return quotaExceeded(quota, 'too many bytes of your mail wait at the hub', instead);
}

function quotaExceeded(quota: number, what: string, instead: string): LocalError {
  const { message, ...details } = overQuota('stored_bytes', quota, what, instead);
  return new LocalError(QUOTA_EXCEEDED, message, details);
}

export function idConflict(): LocalError {
  return new LocalError('MESSAGE_ID_CONFLICT', 'another mail was sent with this id', {
    help: 'use a new id for each mail, and an old one only to send the very same mail again',
  });
}

export function senderUnknown(): LocalError {
  return new LocalError('SENDER_UNKNOWN', 'the sender is not trusted by the receiver', {
    help: "let the two nodes join each other, or a group of both: towline invite on the receiver's node",
  });
}

export function mailMalformed(why: string, cause?: unknown): LocalError {
  return new LocalError('MAIL_MALFORMED', `what was sealed is no mail: ${why}`, {
    help: "update Towline on the sender's node",
    cause,
  });
}

export function mailUnknown(): LocalError {
  return new LocalError('MAIL_UNKNOWN', 'there is no such mail', { help: 'list what there is: towline inbox' });
}

export function mailAmbiguous(candidates: readonly string[]): LocalError {
  return new LocalError('MAIL_AMBIGUOUS', `several mails have an id like this: ${candidates.join(', ')}`, {
    help: 'give more of the id',
    metadata: { candidates: candidates.join(' ') },
  });
}

export function outboxFull(alias: string): LocalError {
  return new LocalError('OUTBOX_FULL', `too much mail waits for ${alias}`, {
    help: `find out why it cannot be reached: towline peers, towline doctor`,
    metadata: { node: alias },
  });
}

export function inboxForeign(agent: string): LocalError {
  return new LocalError('INBOX_FOREIGN', `the inbox of ${agent} is for ${agent} and the owner of this node`, {
    help: 'leave the agent out to see your own',
  });
}

export function inboxUnknown(agent: string): LocalError {
  return new LocalError('INBOX_UNKNOWN', `no agent "${agent}" has an inbox here`, {
    help: 'see who is here: towline who',
  });
}
