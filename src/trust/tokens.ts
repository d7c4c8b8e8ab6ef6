/** The tokens that this node made and still accepts. Checking one again costs a look into a map. */
import { isDeepStrictEqual } from 'node:util';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type TokenBody, TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { fromHex, toHex } from '../base/bytes.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import type { Identity } from './identity.ts';
import { checkSubject } from './names.ts';
import { allRows, fromRow, type TrustTable, toRow } from './table.ts';
import { createToken, type TokenOptions, tokenExpired, tokenExpireMs, tokenRevoked, verifyToken } from './token.ts';

/** Texts whose signature need not be checked again. Only texts with a right signature get here. */
const MAX_CACHED = 1024;

/** Tokens in force. More are a program's mistake. */
const MAX_TOKENS = 10_000;

/** "Last used" is exact to this, and written this often at most. */
const MINUTE_MS = 60_000;

/** A token, without the text that lets its bearer in. */
export interface TokenInfo {
  readonly tokenId: Uint8Array;
  readonly kind: TokenKind;
  readonly subject: string;
  readonly groups: readonly string[];
  /** If empty, for everything that its kind may do. */
  readonly scopes: readonly string[];
  /** The key that its bearer must show. */
  readonly clientKey?: Uint8Array;
  readonly createMs: number;
  readonly expireMs?: number;
  /** When it was last used, to the minute. */
  readonly lastUseMs?: number;
}

export interface TokensOptions {
  /** This register's own table. */
  readonly table: TrustTable;
  readonly identity: Identity;
  /** The text in `<home>/owner.token`: the one owner's token that is accepted. */
  readonly ownerToken?: string;
  /** The keys that this node had before: their tokens go on working. */
  readonly formerIds?: () => readonly Uint8Array[];
  readonly log?: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface TokenRecord {
  readonly kind: TokenKind;
  readonly subject: string;
  readonly groups: readonly string[];
  /** Absent in records of older versions. */
  readonly scopes?: readonly string[];
  /** In hex. */
  readonly clientKey?: string;
  readonly createMs: number;
  readonly expireMs?: number;
  lastUseMs?: number;
}

/** What the hot path looks at. */
interface Known {
  readonly key: string;
  readonly record: TokenRecord;
  readonly expireMs: number;
  revoked: boolean;
}

export class Tokens {
  readonly #table: TrustTable;
  readonly #identity: Identity;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #formerIds: () => readonly Uint8Array[];
  #ownerKey: string | undefined;
  readonly #known = new Map<string, Known>();
  readonly #cache = new Map<string, { readonly body: TokenBody; readonly known: Known }>();
  readonly #used = new Set<Known>();
  #flushTimer: NodeJS.Timeout | undefined;

  private constructor(options: TokensOptions) {
    this.#table = options.table;
    this.#identity = options.identity;
    this.#formerIds = options.formerIds ?? (() => []);
    this.#log = options.log ?? silentLog;
    this.#now = options.now ?? Date.now;
    if (options.ownerToken !== undefined) this.#ownerKey = this.#admitOwner(options.ownerToken);
  }

  /** Reads the register. Throws `TOKEN_INVALID` or `TOKEN_FOREIGN` for a wrong owner's token. */
  static async open(options: TokensOptions): Promise<Tokens> {
    const tokens = new Tokens(options);
    for await (const row of allRows(options.table)) {
      const record = fromRow<TokenRecord>(row);
      if ((record.expireMs ?? Number.POSITIVE_INFINITY) > tokens.#now()) tokens.#know(row.key, record);
      else await options.table.delete(row.key);
    }
    return tokens;
  }

  /** Makes a token, for an agent or a program. Its text is not kept. Throws what `createToken` throws, `SUBJECT_RESERVED` or `TOO_MANY_TOKENS`. */
  async create(options: Omit<TokenOptions, 'nowMs'>): Promise<{ text: string; info: TokenInfo }> {
    if (options.kind === TokenKind.OWNER) {
      throw new LocalError('TOKEN_KIND_INVALID', 'the owner has one token, in owner.token of the home');
    }
    checkSubject(options.subject);
    await this.#forgetExpired();
    if (this.#known.size >= MAX_TOKENS) {
      throw new LocalError('TOO_MANY_TOKENS', `${MAX_TOKENS} tokens are in force`, { help: 'towline token revoke' });
    }
    const { text, body } = createToken(this.#identity, { ...options, nowMs: this.#now() });
    const key = toHex(body.tokenId);
    const record = recordOf(body);
    await this.#table.put(key, toRow(record));
    this.#know(key, record);
    return { text, info: infoOf(key, record) };
  }

  /** Those neither revoked nor expired, newest first; not the owner's. */
  list(): TokenInfo[] {
    return [...this.#known.values()]
      .filter((known) => known.key !== this.#ownerKey && !known.revoked && known.expireMs > this.#now())
      .map((known) => infoOf(known.key, known.record))
      .sort((left, right) => right.createMs - left.createMs || (toHex(left.tokenId) < toHex(right.tokenId) ? -1 : 1));
  }

  /** Ends a token at once; for good when it resolves. Throws `TOKEN_UNKNOWN`. */
  async revoke(tokenId: Uint8Array): Promise<void> {
    const key = toHex(tokenId);
    const known = this.#known.get(key);
    if (!known || key === this.#ownerKey) {
      throw new LocalError('TOKEN_UNKNOWN', 'there is no such token', { help: 'show them with "towline token list"' });
    }
    known.revoked = true;
    this.#used.delete(known);
    await this.#table.delete(key);
    this.#known.delete(key); // not before: a write that failed can be tried again
  }

  /**
   * Who the bearer of this text is. Throws `TOKEN_INVALID`, `TOKEN_FOREIGN`, `TOKEN_EXPIRED`, or `TOKEN_REVOKED` for
   * one that is not in the register: revoked, or made before the register was lost.
   */
  verify(text: string): TokenBody {
    const found = this.#cache.get(text) ?? this.#admit(text);
    const nowMs = this.#now();
    if (found.known.expireMs <= nowMs) throw tokenExpired();
    if (found.known.revoked) {
      this.#cache.delete(text);
      throw tokenRevoked();
    }
    if (nowMs - (found.known.record.lastUseMs ?? 0) >= MINUTE_MS) this.#touch(found.known, nowMs);
    return found.body;
  }

  /** The owner has another token from now on, and the one before works no more. */
  replaceOwner(text: string): void {
    const before = this.#ownerKey === undefined ? undefined : this.#known.get(this.#ownerKey);
    this.#ownerKey = this.#admitOwner(text);
    if (!before || before.key === this.#ownerKey) return;
    before.revoked = true;
    this.#known.delete(before.key);
  }

  /** Writes what is still to be written. Idempotent. */
  async close(): Promise<void> {
    clearTimeout(this.#flushTimer);
    await this.#flush();
  }

  async #forgetExpired(): Promise<void> {
    for (const known of this.#known.values()) {
      if (known.expireMs > this.#now()) continue;
      await this.#table.delete(known.key);
      this.#known.delete(known.key);
    }
  }

  #admit(text: string): { body: TokenBody; known: Known } {
    const body = this.#verified(text);
    if (tokenExpireMs(body) <= this.#now()) throw tokenExpired();
    const known = this.#known.get(toHex(body.tokenId));
    if (!known) throw tokenRevoked();
    const found = { body, known };
    this.#cache.set(text, found);
    if (this.#cache.size > MAX_CACHED) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    }
    return found;
  }

  /**
   * By the node's key, or by one that it had. What a former key signed must be what was written down then: whoever has
   * that key now can make tokens, but none that this register knows.
   */
  #verified(text: string): TokenBody {
    const former = this.#formerIds();
    if (former.length === 0) return verifyToken(text, this.#identity.nodeId);
    const issuer = [this.#identity.nodeId, ...former].find((id) => isIssuer(text, id)) ?? this.#identity.nodeId;
    const body = verifyToken(text, issuer);
    if (issuer === this.#identity.nodeId) return body;
    const record = this.#known.get(toHex(body.tokenId))?.record;
    if (!record || !isSame(record, recordOf(body))) throw tokenRevoked();
    return body;
  }

  #admitOwner(text: string): string {
    const body = verifyToken(text, this.#identity.nodeId);
    if (body.kind !== TokenKind.OWNER) throw new LocalError('TOKEN_INVALID', "this token is not the owner's");
    const key = toHex(body.tokenId);
    this.#know(key, recordOf(body));
    return key;
  }

  #know(key: string, record: TokenRecord): void {
    const expireMs = record.expireMs ?? Number.POSITIVE_INFINITY;
    this.#known.set(key, { key, record, expireMs, revoked: false });
  }

  #touch(known: Known, nowMs: number): void {
    known.record.lastUseMs = nowMs - (nowMs % MINUTE_MS);
    if (known.key === this.#ownerKey) return;
    this.#used.add(known);
    this.#flushTimer ??= setTimeout(() => {
      this.#flush().catch((error: unknown) => {
        this.#log.warn('the last use of tokens was not written', { error: messageOf(error) });
      });
    }, MINUTE_MS).unref();
  }

  async #flush(): Promise<void> {
    this.#flushTimer = undefined;
    const used = [...this.#used];
    this.#used.clear();
    await Promise.all(used.map((known) => this.#writeUse(known)));
  }

  /** Only over the row that is there: a token that was revoked meanwhile must not come back. */
  async #writeUse({ key, record }: Known): Promise<void> {
    const row = await this.#table.get(key);
    if (row) await this.#table.put(key, toRow(record), { ifVersion: row.version });
  }
}

function recordOf(body: TokenBody): TokenRecord {
  return {
    kind: body.kind,
    subject: body.subject,
    groups: body.groups,
    scopes: body.scopes,
    ...(body.clientKey ? { clientKey: toHex(body.clientKey) } : {}),
    createMs: body.createTime ? timestampMs(body.createTime) : 0,
    ...(body.expireTime ? { expireMs: timestampMs(body.expireTime) } : {}),
  };
}

function isIssuer(text: string, issuerId: Uint8Array): boolean {
  try {
    verifyToken(text, issuerId);
    return true;
  } catch (error) {
    if (error instanceof LocalError) return false;
    throw error;
  }
}

function isSame({ lastUseMs: _, ...left }: TokenRecord, right: TokenRecord): boolean {
  return isDeepStrictEqual({ scopes: [], ...left }, right);
}

function infoOf(key: string, record: TokenRecord): TokenInfo {
  const { clientKey, scopes = [], ...rest } = record;
  return {
    tokenId: fromHex(key),
    ...rest,
    scopes,
    ...(clientKey === undefined ? {} : { clientKey: fromHex(clientKey) }),
  };
}
