import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type TokenBody, TokenBodySchema, TokenKind, TokenSchema } from '../../gen/towline/v1/token_pb.ts';
import { toBase64Url } from '../../src/base/bytes.ts';
import { openMemoryStore } from '../../src/store/memory/store.ts';
import { fromRow, type TrustRow, toRow } from '../../src/trust/table.ts';
import { createToken, verifyToken } from '../../src/trust/token.ts';
import { Tokens } from '../../src/trust/tokens.ts';
import { bestMicroseconds, Clock, failing, newIdentity, newNodeId } from './support.ts';

const MINUTE_MS = 60_000;
const identity = await newIdentity();
const agent = { kind: TokenKind.AGENT, subject: 'claude' };

async function setUp() {
  const clock = new Clock();
  const table = openMemoryStore().table('tokens');
  const open = (ownerToken?: string) =>
    Tokens.open({ table, identity, now: clock.now, ...(ownerToken === undefined ? {} : { ownerToken }) });
  return { clock, table, open, tokens: await open() };
}

function signedBy(body: TokenBody): string {
  const bytes = toBinary(TokenBodySchema, body);
  const token = create(TokenSchema, { body: bytes, signature: identity.sign('towline-token-v1', bytes) });
  return `towline-token-${toBase64Url(toBinary(TokenSchema, token))}`;
}

describe('the register of tokens', () => {
  it('accepts what it made, also after a restart', async () => {
    const { tokens, open } = await setUp();
    const { text, info } = await tokens.create({ kind: TokenKind.PROGRAM, subject: 'ci', groups: ['home'] });
    for (const register of [tokens, await open()]) {
      const expected = { kind: TokenKind.PROGRAM, subject: 'ci', groups: ['home'], tokenId: info.tokenId };
      expect(register.verify(text)).toMatchObject(expected);
      expect(register.verify(text)).toMatchObject(expected);
    }
  });

  it('keeps scopes and the bound key, also after a restart', async () => {
    const { tokens, open } = await setUp();
    const clientKey = newNodeId();
    const { text } = await tokens.create({ ...agent, scopes: ['tools:call:far/*', 'nodes:read'], clientKey });
    for (const register of [tokens, await open()]) {
      expect(register.verify(text)).toMatchObject({ scopes: ['tools:call:far/*', 'nodes:read'], clientKey });
      expect(register.list()).toMatchObject([{ scopes: ['tools:call:far/*', 'nodes:read'], clientKey }]);
    }
  });

  it('gives tokens that an older version made all scopes of their kind', async () => {
    const { table, tokens, open } = await setUp();
    const { text, info } = await tokens.create(agent);
    const key = Buffer.from(info.tokenId).toString('hex');
    const { scopes: _, ...record } = fromRow<{ scopes: string[] }>((await table.get(key)) as TrustRow);
    await table.put(key, toRow(record));
    const again = await open();
    expect(again.verify(text).scopes).toEqual([]);
    expect(again.list()).toMatchObject([{ subject: 'claude', scopes: [] }]);
  });

  it("accepts what the node's former key signed and it wrote down, and nothing else of that key", async () => {
    const { table, tokens, clock } = await setUp();
    const { text, info } = await tokens.create({ ...agent, scopes: ['nodes:read'] });
    const now = await newIdentity();
    const after = await Tokens.open({ table, identity: now, now: clock.now, formerIds: () => [identity.nodeId] });
    expect(after.verify(text).tokenId).toEqual(info.tokenId);
    const forged = createToken(identity, { ...agent, nowMs: clock.ms }).text;
    expect(() => after.verify(forged)).toThrow(failing('TOKEN_REVOKED'));
    const wider = signedBy({ ...verifyToken(text, identity.nodeId), scopes: [] });
    expect(() => after.verify(wider)).toThrow(failing('TOKEN_REVOKED'));
    const stranger = await Tokens.open({ table, identity: now, now: clock.now });
    expect(() => stranger.verify(text)).toThrow(failing('TOKEN_FOREIGN'));
  });

  it.each(['owner', 'node'])('gives nobody else the name of the %s', async (subject) => {
    const { tokens } = await setUp();
    await expect(tokens.create({ ...agent, subject })).rejects.toEqual(failing('SUBJECT_RESERVED', 'another name'));
  });

  it('lists them newest first, never their texts', async () => {
    const { clock, tokens } = await setUp();
    const { text } = await tokens.create(agent);
    clock.ms += 1;
    await tokens.create({ ...agent, subject: 'second', lifetimeMs: 1000 });
    expect(tokens.list()).toMatchObject([
      { subject: 'second', createMs: clock.ms, expireMs: clock.ms + 1000 },
      { subject: 'claude', kind: TokenKind.AGENT, groups: [] },
    ]);
    expect(JSON.stringify(tokens.list())).not.toContain(text);
  });

  it('refuses a revoked token at once, and after a restart', async () => {
    const { tokens, open } = await setUp();
    const { text, info } = await tokens.create(agent);
    tokens.verify(text);
    const revoked = tokens.revoke(info.tokenId);
    const refusal = failing('TOKEN_REVOKED', 'towline token create');
    expect(() => tokens.verify(text)).toThrow(refusal);
    expect(tokens.list()).toEqual([]);
    await revoked;
    const again = await open();
    expect(() => tokens.verify(text)).toThrow(refusal);
    expect(() => again.verify(text)).toThrow(refusal);
    await expect(tokens.revoke(info.tokenId)).rejects.toEqual(failing('TOKEN_UNKNOWN', 'towline token list'));
  });

  it('keeps a token refused whose revocation could not be written, and lets it be tried again', async () => {
    const { table, tokens } = await setUp();
    const { text, info } = await tokens.create(agent);
    const remove = vi.spyOn(table, 'delete').mockRejectedValueOnce(new Error('disk'));
    await expect(tokens.revoke(info.tokenId)).rejects.toThrow('disk');
    expect(() => tokens.verify(text)).toThrow(failing('TOKEN_REVOKED'));
    await tokens.revoke(info.tokenId);
    expect(remove).toHaveBeenCalledTimes(2);
  });

  it('refuses a well-signed token that is not in it: a lost register lets nobody in', async () => {
    const { tokens } = await setUp();
    const { text } = createToken(identity, agent);
    expect(() => tokens.verify(text)).toThrow(failing('TOKEN_REVOKED'));
  });

  it('refuses an expired token, seen before or not, and forgets it', async () => {
    const { clock, table, tokens, open } = await setUp();
    const seen = await tokens.create({ ...agent, lifetimeMs: 1000 });
    const unseen = await tokens.create({ ...agent, lifetimeMs: 1000 });
    tokens.verify(seen.text);
    clock.ms += 1000;
    for (const { text } of [seen, unseen]) expect(() => tokens.verify(text)).toThrow(failing('TOKEN_EXPIRED'));
    expect(tokens.list()).toEqual([]);
    await open();
    expect(await table.list()).toEqual([]);
    await tokens.create(agent);
    expect(tokens.list()).toHaveLength(1);
  });

  it('refuses tokens of other nodes and texts that are none', async () => {
    const { tokens } = await setUp();
    const { text } = createToken(await newIdentity(), agent);
    expect(() => tokens.verify(text)).toThrow(failing('TOKEN_FOREIGN'));
    expect(() => tokens.verify('nonsense')).toThrow(failing('TOKEN_INVALID'));
  });

  it('makes no token for the owner, and none that is malformed', async () => {
    const { table, tokens } = await setUp();
    const owner = { kind: TokenKind.OWNER, subject: 'owner' };
    await expect(tokens.create(owner)).rejects.toEqual(failing('TOKEN_KIND_INVALID'));
    await expect(tokens.create({ ...agent, subject: 'A' })).rejects.toEqual(failing('SUBJECT_INVALID'));
    expect(await table.list()).toEqual([]);
  });

  it('refuses to have more than ten thousand', async () => {
    const { table, open } = await setUp();
    const row = new TextEncoder().encode(
      JSON.stringify({ kind: TokenKind.AGENT, subject: 'x', groups: [], createMs: 0 }),
    );
    for (let n = 0; n < 10_000; n++) await table.put(n.toString(16).padStart(32, '0'), row);
    await expect((await open()).create(agent)).rejects.toEqual(failing('TOO_MANY_TOKENS', 'revoke'));
  });

  it('accepts a token again in less than two microseconds, however many it has seen', async () => {
    const { tokens } = await setUp();
    const made = await Promise.all(Array.from({ length: 1500 }, () => tokens.create(agent)));
    for (const { text } of made) tokens.verify(text);
    const text = made.at(-1)?.text ?? '';
    // A header is a new string each time.
    const fresh = Array.from({ length: 2000 }, () => Buffer.from(text).toString());
    expect(bestMicroseconds(5, 2000, (n) => tokens.verify(fresh[n] ?? ''))).toBeLessThan(2);
    expect(tokens.verify(made[0]?.text ?? '').subject).toBe('claude');
  });
});

describe("the owner's token", () => {
  const owner = { kind: TokenKind.OWNER, subject: 'owner' };

  it('is accepted if it is the one of the home, and only then', async () => {
    const { open } = await setUp();
    const [current, former] = [createToken(identity, owner).text, createToken(identity, owner).text];
    const tokens = await open(current);
    expect(tokens.verify(current).kind).toBe(TokenKind.OWNER);
    expect(() => tokens.verify(former)).toThrow(failing('TOKEN_REVOKED'));
  });

  it('is not listed and cannot be revoked', async () => {
    const { open } = await setUp();
    const { text, body } = createToken(identity, owner);
    const tokens = await open(text);
    tokens.verify(text);
    expect(tokens.list()).toEqual([]);
    await expect(tokens.revoke(body.tokenId)).rejects.toEqual(failing('TOKEN_UNKNOWN'));
  });

  it("is not an agent's token in the owner's place", async () => {
    const { open } = await setUp();
    await expect(open(createToken(identity, agent).text)).rejects.toEqual(failing('TOKEN_INVALID'));
    await expect(open('nonsense')).rejects.toEqual(failing('TOKEN_INVALID'));
  });
});

describe('the last use of a token', () => {
  it('is kept to the minute, and survives a restart', async () => {
    const { clock, tokens, open } = await setUp();
    const { text } = await tokens.create(agent);
    expect(tokens.list()[0]?.lastUseMs).toBeUndefined();
    clock.ms += 90_000;
    tokens.verify(text);
    expect(tokens.list()[0]?.lastUseMs).toBe(clock.ms - 30_000);
    clock.ms += 10_000;
    tokens.verify(text);
    expect(tokens.list()[0]?.lastUseMs).toBe(clock.ms - 40_000);
    await tokens.close();
    expect((await open()).list()[0]?.lastUseMs).toBe(clock.ms - 40_000);
  });

  it('is written once a minute, not once a use', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { clock, table, tokens } = await setUp();
    const { text } = await tokens.create(agent);
    const put = vi.spyOn(table, 'put');
    for (let n = 0; n < 100; n++, clock.ms += 500) tokens.verify(text);
    expect(put).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(put).toHaveBeenCalledOnce();
  });

  it('does not bring a revoked token back', async () => {
    const { table, tokens } = await setUp();
    const { text, info } = await tokens.create(agent);
    tokens.verify(text);
    await Promise.all([tokens.close(), tokens.revoke(info.tokenId)]);
    await tokens.close();
    expect(await table.list()).toEqual([]);
  });
});
