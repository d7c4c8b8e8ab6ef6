/** What attached agents, and callers of their tools, are told when something is wrong. */
import { Code, type ConnectError } from '@connectrpc/connect';
import { failure } from '../../rpc/failure.ts';
import { DEAD_MS, IDENTIFY_MS, MAX_UPLINKS } from './limits.ts';

const READ = 'see the comments of uplink.proto';

export function notAnUplink(): ConnectError {
  return failure(Code.PermissionDenied, 'NOT_AN_UPLINK', 'only agents and programs of this node attach', {
    permanent: true,
    help: 'show the token of an agent or a program: `towline token create --agent NAME`; other nodes join instead',
  });
}

export function identityMismatch(said: string, shown: string): ConnectError {
  const message = `the identity says ${said}, and the token ${shown}`;
  return failure(Code.PermissionDenied, 'IDENTITY_MISMATCH', message, {
    permanent: true,
    metadata: { said, shown },
    help: 'attach under the name that the token was made for',
  });
}

export function nameTaken(name: string): ConnectError {
  const message = `another caller, or an upstream, has the place uplink.${name}`;
  return failure(Code.AlreadyExists, 'UPLINK_NAME_TAKEN', message, {
    metadata: { name },
    help: 'an agent and a program of one name cannot be attached at once: make a token with another name',
  });
}

export function tooManyUplinks(): ConnectError {
  return failure(Code.ResourceExhausted, 'TOO_MANY_UPLINKS', `${MAX_UPLINKS} agents are attached already`, {
    retryDelayMs: 10_000,
    help: 'attach to another node, or later',
  });
}

export function unknownVersion(version: number): ConnectError {
  return failure(Code.FailedPrecondition, 'UPLINK_VERSION', `version ${version} of uplinks is not known here`, {
    permanent: true,
    metadata: { known: '1' },
    help: 'attach with version 1',
  });
}

export function outOfTurn(what: string): ConnectError {
  return failure(Code.InvalidArgument, 'UPLINK_OUT_OF_TURN', what, { permanent: true, help: READ });
}

export function toolsInvalid(why: string): ConnectError {
  return failure(Code.InvalidArgument, 'TOOLS_INVALID', `the tools cannot be offered: ${why}`, {
    permanent: true,
    help: 'give MCP Tool objects, each name once, together at most 1 MiB',
  });
}

export function identityMissing(): ConnectError {
  const message = `no identity came within ${IDENTIFY_MS / 1_000} s`;
  return failure(Code.DeadlineExceeded, 'UPLINK_SILENT', message, { help: 'send the identity first, and at once' });
}

export function silent(): ConnectError {
  const message = `nothing was heard for ${DEAD_MS / 1_000} s`;
  return failure(Code.DeadlineExceeded, 'UPLINK_SILENT', message, {
    help: 'send a heartbeat every 10 s; attach again after a pause with some chance in it',
  });
}

export function flood(): ConnectError {
  return failure(Code.ResourceExhausted, 'UPLINK_FLOOD', 'too much came that nobody asked for', {
    retryDelayMs: 10_000,
    help: 'send progress and heartbeats less often, and answer each call once',
  });
}

export function slow(): ConnectError {
  return failure(Code.ResourceExhausted, 'UPLINK_SLOW', 'too much waits that the agent has not read', {
    retryDelayMs: 1_000,
    help: 'go on reading while you work',
  });
}

/** To callers: the line went before the answer came. */
export function lineLost(name: string): ConnectError {
  return failure(Code.Unavailable, 'UPSTREAM_DOWN', `the line to ${name} was lost before it answered`, {
    metadata: { uplink: name },
    help: 'the tool may have run: look at what it would have changed before you call it again',
  });
}

export function notAttached(name: string): ConnectError {
  return failure(Code.Unavailable, 'UPSTREAM_DOWN', `${name} is not attached`, {
    retryDelayMs: 1_000,
    metadata: { uplink: name },
    help: 'call again when it is back; it was not asked',
  });
}

/** To whoever asks for more than fits: callers of an agent, and the agent. */
export function busy(what: string): ConnectError {
  return failure(Code.ResourceExhausted, 'UPLINK_BUSY', what, {
    retryDelayMs: 1_000,
    help: 'wait until some of them are answered',
  });
}

export function argumentsTooLarge(): ConnectError {
  return failure(Code.InvalidArgument, 'ARGUMENTS_TOO_LARGE', 'attached agents take at most 8 MiB of arguments', {
    permanent: true,
    help: 'hand large data over by another way, and name its place',
  });
}

export function noAnswer(name: string): ConnectError {
  return failure(Code.DeadlineExceeded, 'UPLINK_NO_ANSWER', `${name} gave neither answer nor progress for 10 minutes`, {
    help: 'the tool may have run: look at what it would have changed before you call it again',
  });
}

export function resultTooLarge(): ConnectError {
  return failure(Code.ResourceExhausted, 'RESULT_TOO_LARGE', 'the answer is larger than the 8 MiB of an uplink', {
    permanent: true,
    help: 'ask for less, or call ToolService itself',
  });
}

export function resultNotJson(why: string): ConnectError {
  return failure(Code.Internal, 'RESULT_NOT_JSON', `the agent's answer is no MCP result: ${why}`, {
    permanent: true,
    help: 'tell whoever wrote the agent',
  });
}

/** What the agent says of its failure is shown, and never taken for a reason of this node. */
export function toolFailed(
  name: string,
  { reason, message, permanent }: Readonly<Record<'reason' | 'message', string>> & { readonly permanent: boolean },
): ConnectError {
  return failure(Code.Unknown, 'UPLINK_TOOL_FAILED', `${name} says: ${message || reason || 'it failed'}`, {
    permanent,
    metadata: { uplink: name, ...(reason && { said: reason }) },
    help: 'ask whoever runs the agent',
  });
}

export function requestIdReused(): ConnectError {
  return failure(Code.InvalidArgument, 'REQUEST_ID_REUSED', 'another question had this request id before', {
    permanent: true,
    help: 'give each question an id of its own; only a retry of the very same one repeats it',
  });
}

export function badCall(why: string): ConnectError {
  return failure(Code.InvalidArgument, 'MCP_INVALID', why, {
    permanent: true,
    help: 'give params as MCP has them, and the name as NODE/UPSTREAM/TOOL of tools/list',
  });
}
