/** Bearer tokens: a text, signed by the node that accepts it, for programs that show no client certificate. */
import { randomBytes } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { type TokenBody, TokenBodySchema, TokenKind, TokenSchema } from '../../gen/towline/v1/token_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import type { Identity } from './identity.ts';
import { checkGroup, isName } from './names.ts';
import { checkNodeId } from './node-id.ts';
import { MAX_SCOPES, parseScope } from './scope.ts';
import { verify } from './signature.ts';
import { readSignedText, writeSignedText } from './signed-text.ts';

export const TOKEN_ID_BYTES = 16;
const CLIENT_KEY_BYTES = 32;

const SUBJECT = /^[a-z0-9][a-z0-9_.-]{0,63}$/;
const MAX_GROUPS = 64;

const FORMAT = {
  prefix: 'towline-token-',
  schema: TokenSchema,
  // A body of 4 KiB and a signature, in base64url: no longer header is looked at.
  maxLength: 6 * 1024,
  invalid: tokenInvalid,
};

export interface TokenOptions {
  readonly kind: TokenKind;
  /** The bearer's name. */
  readonly subject: string;
  /** For a program: whose shared tools it may use. Empty for others. */
  readonly groups?: readonly string[];
  /** What it may be used for; if absent or empty, for all that its kind may do. */
  readonly scopes?: readonly string[];
  /** The key of the TLS client certificate that must be shown with it, 32 bytes; none if absent. */
  readonly clientKey?: Uint8Array | undefined;
  /** How long it works, in milliseconds; for ever if absent. */
  readonly lifetimeMs?: number | undefined;
  /** Now; `Date.now()` if absent. */
  readonly nowMs?: number;
}

/**
 * Makes and signs a token. Throws `SUBJECT_INVALID`, `GROUP_INVALID`, `SCOPE_INVALID`, `NODE_ID_INVALID`,
 * `TOKEN_KIND_INVALID` or `LIFETIME_INVALID`.
 */
export function createToken(identity: Identity, options: TokenOptions): { text: string; body: TokenBody } {
  checkOptions(options);
  const nowMs = options.nowMs ?? Date.now();
  const body = create(TokenBodySchema, {
    tokenId: new Uint8Array(randomBytes(TOKEN_ID_BYTES)),
    issuerId: identity.nodeId,
    kind: options.kind,
    subject: options.subject,
    groups: [...(options.groups ?? [])],
    scopes: [...(options.scopes ?? [])],
    ...(options.clientKey && { clientKey: options.clientKey }),
    createTime: timestampFromMs(nowMs),
  });
  if (options.lifetimeMs !== undefined) body.expireTime = timestampFromMs(nowMs + options.lifetimeMs);
  const bytes = toBinary(TokenBodySchema, body);
  const token = create(TokenSchema, { body: bytes, signature: identity.sign('towline-token-v1', bytes) });
  return { text: writeSignedText(FORMAT, token), body };
}

/**
 * Checks form, issuer and signature, not the time, and gives what the token says. Throws `TOKEN_INVALID`, or
 * `TOKEN_FOREIGN` for one that another node made.
 */
export function verifyToken(text: string, issuerId: Uint8Array): TokenBody {
  const { body: bytes, signature } = readSignedText(FORMAT, text);
  const body = readBody(bytes);
  if (!equalBytes(body.issuerId, issuerId)) {
    throw new LocalError('TOKEN_FOREIGN', 'the token was made by another node', { help: NEW_TOKEN_HELP });
  }
  if (!verify(issuerId, signature, 'towline-token-v1', bytes)) throw tokenInvalid('its signature is wrong');
  return body;
}

/** When a token stops working, in milliseconds since 1970; Infinity if never. */
export function tokenExpireMs(body: TokenBody): number {
  return body.expireTime ? timestampMs(body.expireTime) : Number.POSITIVE_INFINITY;
}

const NEW_TOKEN_HELP = 'make one on the node that it is for: towline token create';

export function tokenExpired(): LocalError {
  return new LocalError('TOKEN_EXPIRED', 'the token has expired', { help: NEW_TOKEN_HELP });
}

export function tokenRevoked(): LocalError {
  return new LocalError('TOKEN_REVOKED', 'the token was revoked', { help: NEW_TOKEN_HELP });
}

function tokenInvalid(why: string, cause?: unknown): LocalError {
  return new LocalError('TOKEN_INVALID', `this is not a valid token: ${why}`, { help: NEW_TOKEN_HELP, cause });
}

function readBody(bytes: Uint8Array): TokenBody {
  let body: TokenBody;
  try {
    body = fromBinary(TokenBodySchema, bytes);
  } catch (error) {
    throw tokenInvalid('it is damaged', error);
  }
  const fault = faultOf(body);
  if (fault) throw tokenInvalid(fault);
  return body;
}

/** The schema's rules. They stand before the signature, so that nothing odd reaches it. */
function faultOf(body: TokenBody): string | undefined {
  if (body.tokenId.length !== TOKEN_ID_BYTES) return 'it has no id';
  if (body.issuerId.length !== 32) return 'it does not say whose it is';
  if (!isKind(body.kind)) return 'it does not say what its bearer is';
  if (!SUBJECT.test(body.subject)) return 'it does not name its bearer';
  if (body.groups.length > MAX_GROUPS || !body.groups.every(isName)) return 'its groups are none, or too many';
  if (body.groups.length > 0 && body.kind !== TokenKind.PROGRAM) return 'only a program has groups';
  if (body.scopes.length > MAX_SCOPES || !body.scopes.every(isScope)) return 'its scopes are none, or too many';
  if (body.clientKey && body.clientKey.length !== CLIENT_KEY_BYTES) return 'the key that it is bound to is none';
  if (body.kind === TokenKind.OWNER && (body.scopes.length > 0 || body.clientKey)) return 'the owner is not bound';
  if (!body.createTime) return 'it does not say when it was made';
  return undefined;
}

function isScope(text: string): boolean {
  try {
    parseScope(text);
    return true;
  } catch (error) {
    if (error instanceof LocalError) return false;
    throw error;
  }
}

function isKind(kind: TokenKind): boolean {
  return kind === TokenKind.OWNER || kind === TokenKind.AGENT || kind === TokenKind.PROGRAM;
}

function checkOptions({ kind, subject, groups = [], scopes = [], clientKey, lifetimeMs }: TokenOptions): void {
  if (!isKind(kind)) throw new LocalError('TOKEN_KIND_INVALID', 'a token is for the owner, an agent or a program');
  if (!SUBJECT.test(subject)) {
    throw new LocalError('SUBJECT_INVALID', `"${subject}" cannot be the name of a bearer`, {
      help: '1 to 64 of a-z, 0-9, _, . and -, beginning with a letter or digit',
    });
  }
  groups.forEach(checkGroup);
  if (groups.length > MAX_GROUPS) throw new LocalError('GROUP_INVALID', `a token names at most ${MAX_GROUPS} groups`);
  if (groups.length > 0 && kind !== TokenKind.PROGRAM) {
    throw new LocalError('GROUP_INVALID', 'only the token of a program names groups');
  }
  scopes.forEach(parseScope);
  if (scopes.length > MAX_SCOPES) throw new LocalError('SCOPE_INVALID', `a token has at most ${MAX_SCOPES} scopes`);
  if (kind === TokenKind.OWNER && (scopes.length > 0 || clientKey)) {
    throw new LocalError('SCOPE_INVALID', "the owner's token is for everything");
  }
  if (clientKey) checkNodeId(clientKey);
  if (lifetimeMs !== undefined && !(lifetimeMs > 0 && Number.isSafeInteger(Math.ceil(lifetimeMs)))) {
    throw new LocalError('LIFETIME_INVALID', 'a token works for more than nothing');
  }
}
