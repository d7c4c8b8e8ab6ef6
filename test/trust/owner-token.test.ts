import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { createIdentity } from '../../src/trust/identity.ts';
import { ensureOwnerToken, readOwnerToken } from '../../src/trust/owner-token.ts';
import { createToken, verifyToken } from '../../src/trust/token.ts';
import { scratchFolder } from '../store/scratch.ts';
import { failing, newIdentity } from './support.ts';

async function setUp() {
  const home = scratchFolder();
  const identity = await createIdentity(home);
  return { home, identity, path: join(home, 'owner.token') };
}

describe("the owner's token", () => {
  it('is made once, privately, and lets the owner in', async () => {
    const { home, identity, path } = await setUp();
    const text = await ensureOwnerToken(home, identity);
    expect(verifyToken(text, identity.nodeId)).toMatchObject({ kind: TokenKind.OWNER, subject: 'owner' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await ensureOwnerToken(home, identity)).toBe(text);
    expect(await readOwnerToken(home)).toBe(text);
  });

  it.each(['damaged', "another node's", "an agent's", 'empty'])('is made anew if it is %s', async (what) => {
    const { home, identity, path } = await setUp();
    const agent = createToken(identity, { kind: TokenKind.AGENT, subject: 'owner' }).text;
    const foreign = createToken(await newIdentity(), { kind: TokenKind.OWNER, subject: 'owner' }).text;
    const content = { damaged: 'x', "another node's": foreign, "an agent's": agent, empty: '' }[what] ?? '';
    writeFileSync(path, content, { mode: 0o600 });
    const text = await ensureOwnerToken(home, identity);
    expect(verifyToken(text, identity.nodeId).kind).toBe(TokenKind.OWNER);
    expect(readFileSync(path, 'utf8')).toBe(`${text}\n`);
  });

  it('is refused, not replaced, if others can read it', async () => {
    const { home, identity, path } = await setUp();
    await ensureOwnerToken(home, identity);
    chmodSync(path, 0o640);
    const refusal = failing('TOKEN_FILE_TOO_OPEN', `chmod 600 '${path}'`);
    await expect(ensureOwnerToken(home, identity)).rejects.toEqual(refusal);
    await expect(readOwnerToken(home)).rejects.toEqual(refusal);
  });

  it('says how to make one where there is none', async () => {
    const { home, path } = await setUp();
    await expect(readOwnerToken(home)).rejects.toEqual(failing('OWNER_TOKEN_MISSING', 'towline init'));
    writeFileSync(path, ' \n', { mode: 0o600 });
    await expect(readOwnerToken(home)).rejects.toEqual(failing('OWNER_TOKEN_MISSING'));
  });

  it('says so when the home cannot be written', async () => {
    const { identity, path } = await setUp();
    writeFileSync(path, '');
    await expect(ensureOwnerToken(join(path, 'home'), identity)).rejects.toEqual(failing('HOME_NOT_WRITABLE'));
  });
});
