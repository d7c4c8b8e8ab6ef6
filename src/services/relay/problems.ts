/** Why a relayed connection is refused or ends. */
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from '../../rpc/failure.ts';

/** `why` says which rule. */
export function notAllowed(why: string, help: string): ConnectError {
  return failure(Code.PermissionDenied, 'RELAY_NOT_ALLOWED', why, { permanent: true, help });
}

export function relayOff(): ConnectError {
  return failure(Code.FailedPrecondition, 'RELAY_OFF', 'this node does not relay', {
    permanent: true,
    help: 'the owner of that node can allow it: `relay: true` in its towline.yaml',
  });
}

/** The same answer for a key that is unknown and for one that shares no group with the caller. */
export function unknownTarget(): ConnectError {
  return failure(Code.NotFound, 'RELAY_TARGET_UNKNOWN', 'this node knows no such peer that shares a group with you', {
    help: 'both keys must be in one group of the relaying node: `towline trust add --group GROUP` there',
  });
}

export function targetAway(why: string): ConnectError {
  return failure(Code.Unavailable, 'RELAY_TARGET_OFFLINE', `the target cannot be reached from here: ${why}`, {
    help: 'see `towline peers` on the relaying node',
  });
}

export function full(): ConnectError {
  return failure(Code.ResourceExhausted, 'RELAY_FULL', 'too many relayed connections are open here', {
    retryDelayMs: 10_000,
    help: 'the limits are listed in docs/LIMITS.md; nodes that can reach each other directly need no relay',
  });
}

export function noWord(who: string, ms: number): ConnectError {
  return failure(Code.DeadlineExceeded, 'RELAY_TIMEOUT', `${who} did not answer in ${ms / 1_000} s`);
}

export function idle(ms: number): ConnectError {
  return failure(Code.DeadlineExceeded, 'RELAY_IDLE', `nothing was carried for ${ms / 1_000} s`);
}

/** The relaying node stops carrying, or one of its links ended. */
export function relayLost(why: string): ConnectError {
  return failure(Code.Unavailable, 'RELAY_LOST', `the relay ended: ${why}`, { help: 'dial again' });
}

export function wrongMessage(expected: string): ConnectError {
  return failure(Code.InvalidArgument, 'RELAY_WRONG_MESSAGE', `expected ${expected}`, {
    permanent: true,
    help: 'docs/WIRE.md says which message comes when',
  });
}
