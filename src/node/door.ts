/** Who sent a request: decided here once, for every protocol on the port. */
import type { IncomingHttpHeaders } from 'node:http';
import { Code } from '@connectrpc/connect';
import { type TokenBody, TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { equalBytes, toHex } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import { AGENT_HEADER, withAgent } from '../rpc/acting-agent.ts';
import { failure, fromLocal } from '../rpc/failure.ts';
import { type Principal, stranger } from '../rpc/principal.ts';
import type { Keyring } from '../trust/keyring.ts';
import { formatNodeId } from '../trust/node-id.ts';
import { parseScope } from '../trust/scope.ts';
import { tokenExpireMs } from '../trust/token.ts';
import type { Tokens } from '../trust/tokens.ts';
import { peerPrincipal } from './peers.ts';

export interface DoorParts {
  readonly keyring: Keyring;
  readonly tokens: Tokens;
}

export interface Shown {
  readonly headers: IncomingHttpHeaders;
  /** The key of a client certificate that TLS has proved. */
  readonly peerNodeId?: Uint8Array | undefined;
}

const tokenCodes = {
  TOKEN_INVALID: Code.Unauthenticated,
  TOKEN_EXPIRED: Code.Unauthenticated,
  TOKEN_REVOKED: Code.Unauthenticated,
  TOKEN_FOREIGN: Code.Unauthenticated,
  TOKEN_BOUND: Code.Unauthenticated,
};

/**
 * A trusted key decides, whatever token is sent with it; else the token; else it is a stranger, with its key if it
 * showed one. A token that is wrong is refused, never taken for no token. Throws INVALID_AGENT at a peer that names an
 * agent that can be none.
 */
export function principalOf({ headers, peerNodeId }: Shown, { keyring, tokens }: DoorParts): Principal {
  const entry = peerNodeId && keyring.byId(peerNodeId);
  if (entry) return withAgent(peerPrincipal(keyring, entry), agentIn(headers));
  const token = bearerOf(headers);
  if (token === undefined) return peerNodeId ? { ...stranger, nodeId: peerNodeId } : stranger;
  try {
    const body = tokens.verify(token);
    checkClientKey(body, peerNodeId);
    return tokenPrincipal(body);
  } catch (error) {
    throw fromLocal(error, tokenCodes);
  }
}

/** A bound token is worth nothing without its key, which TLS has proved: whoever only found the text has none. */
function checkClientKey({ clientKey }: TokenBody, shown: Uint8Array | undefined): void {
  if (clientKey === undefined || (shown && equalBytes(clientKey, shown))) return;
  throw new LocalError('TOKEN_BOUND', 'the token is bound to a key that the caller has not shown', {
    help: `call by TLS with the client certificate of ${formatNodeId(clientKey)}`,
  });
}

function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined) return undefined;
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token !== undefined) return token;
  throw failure(Code.Unauthenticated, 'TOKEN_INVALID', 'the authorization header is not "Bearer <token>"', {
    permanent: true,
    help: 'make a token with `towline token create`',
  });
}

/** Of several, node:http makes one text with commas, which names no agent. */
function agentIn(headers: IncomingHttpHeaders): string | undefined {
  const agent = headers[AGENT_HEADER];
  return Array.isArray(agent) ? agent.join(', ') : agent;
}

/** A token that is shown again gives the very same object back, as `Tokens` does. */
const principals = new WeakMap<TokenBody, Principal>();

function tokenPrincipal(body: TokenBody): Principal {
  const principal = principals.get(body) ?? newPrincipal(body);
  principals.set(body, principal);
  return principal;
}

function newPrincipal(body: TokenBody): Principal {
  const { kind, subject, groups } = body;
  if (kind === TokenKind.OWNER) return { kind: 'owner', name: 'owner', groups: new Set() };
  const limits = {
    tokenId: toHex(body.tokenId),
    expireMs: tokenExpireMs(body),
    ...(body.scopes.length > 0 && { scopes: body.scopes.map(parseScope) }),
  };
  if (kind === TokenKind.AGENT) return { kind: 'agent', name: subject, groups: new Set(), ...limits };
  return { kind: 'program', name: subject, groups: new Set(groups), ...limits };
}
