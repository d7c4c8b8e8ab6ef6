/** Why something about a channel is refused. */
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from '../../rpc/failure.ts';
import { overQuota, QUOTA_EXCEEDED } from '../quota.ts';

const limitsHelp = 'the limits are listed in docs/LIMITS.md';

/** The same answer for a channel that is not there and for one that the caller may not join. */
export function channelNotFound(name: string): ConnectError {
  return failure(Code.NotFound, 'CHANNEL_NOT_FOUND', `there is no channel #${name} that you may join`, {
    permanent: true,
    metadata: { channel: name },
    help: 'list the channels: towline channel list',
  });
}

export function channelDeleted(name: string): ConnectError {
  return failure(Code.NotFound, 'CHANNEL_DELETED', `the channel #${name} was deleted`, {
    permanent: true,
    metadata: { channel: name },
  });
}

export function channelExists(name: string): ConnectError {
  return failure(Code.AlreadyExists, 'CHANNEL_EXISTS', `there is a channel #${name} already`, {
    permanent: true,
    metadata: { channel: name },
    help: `join it (towline channel join ${name}), or choose another name`,
  });
}

/** `why` says which limit. */
export function channelsFull(why: string): ConnectError {
  return failure(Code.ResourceExhausted, 'CHANNELS_FULL', why, {
    permanent: true,
    help: `delete channels that nobody uses: towline channel delete; ${limitsHelp}`,
  });
}

/** What the owner of the hub lets this caller have. */
export function quotaExceeded(...about: Parameters<typeof overQuota>): ConnectError {
  const { message, ...details } = overQuota(...about);
  return failure(Code.ResourceExhausted, QUOTA_EXCEEDED, message, { permanent: true, ...details });
}

export function channelFull(name: string, max: number): ConnectError {
  return failure(Code.ResourceExhausted, 'CHANNEL_FULL', `the channel #${name} has ${max} members, and takes no more`, {
    permanent: true,
    metadata: { channel: name },
    help: limitsHelp,
  });
}

export function notInGroup(group: string): ConnectError {
  return failure(Code.PermissionDenied, 'NOT_IN_GROUP', `on that hub you are not in the group "${group}"`, {
    permanent: true,
    metadata: { group },
    help: 'name groups that the hub has your node in, or none: then only agents of your node and of the hub may join',
  });
}

export function notCreator(name: string): ConnectError {
  return failure(Code.PermissionDenied, 'NOT_CREATOR', `you did not make the channel #${name}`, {
    permanent: true,
    metadata: { channel: name },
    help: 'ask its creator, or the owner of the hub: towline channel delete',
  });
}

export function notAMember(name: string): ConnectError {
  return failure(Code.FailedPrecondition, 'NOT_A_MEMBER', `you are not a member of #${name}`, {
    permanent: true,
    metadata: { channel: name },
    help: `join it first: towline channel join ${name}`,
  });
}

/** Text that UTF-8 cannot say. */
export function textInvalid(): ConnectError {
  return failure(Code.InvalidArgument, 'TEXT_INVALID', 'the text has a lone surrogate: it is no Unicode text', {
    permanent: true,
    help: 'send text in UTF-8; put other content into a blob',
  });
}

export function replyToUnknown(cursor: bigint, last: number): ConnectError {
  return failure(Code.InvalidArgument, 'REPLY_TO_UNKNOWN', `there is no message ${cursor} to answer`, {
    permanent: true,
    metadata: { last_cursor: String(last) },
    help: 'name the cursor of a message of this channel',
  });
}

export function messageIdReused(): ConnectError {
  return failure(Code.AlreadyExists, 'MESSAGE_ID_REUSED', 'you sent another message with this id', {
    permanent: true,
    help: 'make a new id for each message; repeat one only with the same content',
  });
}

/** Where a channel stands. */
export interface Standing {
  readonly channelId: string;
  readonly first: number;
  readonly last: number;
}

function standingFacts({ channelId, first, last }: Standing): Record<string, string> {
  return { channel_id: channelId, first_cursor: String(first), last_cursor: String(last) };
}

export function cursorAhead(cursor: bigint, standing: Standing): ConnectError {
  const message = `the channel has not reached the cursor ${cursor}: its last is ${standing.last}`;
  return failure(Code.OutOfRange, 'CURSOR_AHEAD', message, {
    permanent: true,
    metadata: standingFacts(standing),
    help: 'the hub may have been restored from a backup: read again from a cursor that it has',
  });
}

export function channelReset(standing: Standing): ConnectError {
  return failure(Code.Aborted, 'CHANNEL_RESET', 'what stands at your cursor is not what you saw there', {
    permanent: true,
    metadata: standingFacts(standing),
    help: 'the channel was made anew, or its hub was restored from a backup: read again from a cursor that it has',
  });
}

export function liveFull(name: string, max: number): ConnectError {
  return failure(Code.ResourceExhausted, 'LIVE_FULL', `${max} take part in what is live in #${name}: no more may`, {
    retryDelayMs: 10_000,
    metadata: { channel: name },
    help: limitsHelp,
  });
}

export function liveOpenExpected(what: string): ConnectError {
  return failure(Code.InvalidArgument, 'LIVE_OPEN_EXPECTED', what, {
    permanent: true,
    help: 'send `open` once, first; name a source in it if chunks shall follow',
  });
}

export function hubClosing(): ConnectError {
  return failure(Code.Unavailable, 'HUB_CLOSING', 'the hub is about to end', {
    retryDelayMs: 1_000,
    help: 'subscribe again from the last message that you saw',
  });
}
