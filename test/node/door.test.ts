import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { principalOf } from '../../src/node/door.ts';
import { errorInfoOf } from '../../src/rpc/failure.ts';
import { agentOf, principalText } from '../../src/rpc/principal.ts';
import { openMemoryStore } from '../../src/store/memory/store.ts';
import { createIdentity, type Identity } from '../../src/trust/identity.ts';
import { Keyring } from '../../src/trust/keyring.ts';
import { ensureOwnerToken } from '../../src/trust/owner-token.ts';
import { Tokens } from '../../src/trust/tokens.ts';

let home: string;
let identity: Identity;
let keyring: Keyring;
let tokens: Tokens;
let ownerToken: string;
const bob = new Uint8Array(32).fill(7);

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'towline-door-'));
  identity = await createIdentity(home);
  keyring = await Keyring.open(home);
  ownerToken = await ensureOwnerToken(home, identity);
  tokens = await Tokens.open({ table: openMemoryStore().table('tokens'), identity, ownerToken });
  await keyring.add({ nodeId: identity.nodeId, alias: 'bob', group: 'home' });
});
afterAll(async () => {
  keyring.close();
  await rm(home, { recursive: true });
});

const at = (authorization?: string, peerNodeId?: Uint8Array) =>
  principalOf({ headers: authorization === undefined ? {} : { authorization }, peerNodeId }, { keyring, tokens });
const reasonAt = (authorization: string) => {
  try {
    return at(authorization).kind;
  } catch (error) {
    return errorInfoOf(error)?.reason;
  }
};

describe('the door', () => {
  it('takes who shows nothing for a stranger, with its key if it showed one', () => {
    expect(at()).toMatchObject({ kind: 'stranger' });
    expect(at(undefined, bob)).toMatchObject({ kind: 'stranger', nodeId: bob });
  });

  it('knows owner, agents and programs by their tokens', async () => {
    const agent = await tokens.create({ kind: TokenKind.AGENT, subject: 'claude' });
    const program = await tokens.create({ kind: TokenKind.PROGRAM, subject: 'ci', groups: ['home'] });
    expect(at(`Bearer ${ownerToken}`)).toMatchObject({ kind: 'owner', name: 'owner' });
    expect(at(`bearer ${agent.text}`)).toMatchObject({ kind: 'agent', name: 'claude' });
    expect(at(`Bearer ${program.text}`)).toMatchObject({ kind: 'program', name: 'ci', groups: new Set(['home']) });
    const twin = await tokens.create({ kind: TokenKind.PROGRAM, subject: 'ci' });
    expect(principalText(at(`Bearer ${twin.text}`))).not.toBe(principalText(at(`Bearer ${program.text}`)));
    expect(at(`Bearer ${agent.text}`, bob)).toMatchObject({ kind: 'agent' });
  });

  it('puts the agent that a peer names into the principal, and takes none from anybody else', async () => {
    const naming = (agent: string, authorization?: string, peerNodeId?: Uint8Array) => {
      const headers = { 'towline-agent': agent, ...(authorization && { authorization }) };
      return principalOf({ headers, peerNodeId }, { keyring, tokens });
    };
    expect(naming('claude', undefined, identity.nodeId)).toMatchObject({ kind: 'peer', name: 'bob', agent: 'claude' });
    expect(() => naming('one, two', undefined, identity.nodeId)).toThrow('names no agent');
    expect(naming('owner').agent).toBeUndefined();
    const { text } = await tokens.create({ kind: TokenKind.AGENT, subject: 'modest' });
    expect(agentOf(naming('owner', `Bearer ${text}`))).toBe('modest');
  });

  it('lets a trusted key decide, and gives it the groups of the keyring as they are now', async () => {
    const peer = at(`Bearer ${ownerToken}`, identity.nodeId);
    expect(peer).toMatchObject({ kind: 'peer', name: 'bob', groups: new Set(['home']) });
    await keyring.remove('bob');
    expect(peer.groups).toEqual(new Set());
  });

  it('refuses a wrong token, and never takes it for none', async () => {
    const { text, info } = await tokens.create({ kind: TokenKind.AGENT, subject: 'gone' });
    await tokens.revoke(info.tokenId);
    expect(reasonAt(`Bearer ${text}`)).toBe('TOKEN_REVOKED');
    expect(reasonAt('Bearer nonsense')).toBe('TOKEN_INVALID');
    expect(reasonAt('Basic abc')).toBe('TOKEN_INVALID');
    expect(reasonAt('Bearer ')).toBe('TOKEN_INVALID');
  });
});
