import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBodySchema, TokenKind, TokenSchema } from '../../gen/towline/v1/token_pb.ts';
import { fromBase64Url, toBase64Url } from '../../src/base/bytes.ts';
import { createToken, tokenExpireMs, verifyToken } from '../../src/trust/token.ts';
import { failing, newIdentity, newNodeId } from './support.ts';

const identity = await newIdentity();
const agent = { kind: TokenKind.AGENT, subject: 'claude' };
const invalid = failing('TOKEN_INVALID', 'towline token create');

function textOf(body: MessageInitShape<typeof TokenBodySchema>): string {
  const bytes = toBinary(TokenBodySchema, create(TokenBodySchema, body));
  const token = create(TokenSchema, { body: bytes, signature: identity.sign('towline-token-v1', bytes) });
  return `towline-token-${toBase64Url(toBinary(TokenSchema, token))}`;
}

describe('a token', () => {
  it('says who its bearer is', () => {
    const options = {
      kind: TokenKind.PROGRAM,
      subject: 'ci.bot-1',
      groups: ['home', 'work'],
      lifetimeMs: 1000,
      nowMs: 5000,
    };
    const { text, body } = createToken(identity, options);
    expect(text).toMatch(/^towline-token-[A-Za-z0-9_-]+$/);
    expect(verifyToken(text, identity.nodeId)).toEqual(body);
    expect(body).toMatchObject({ kind: TokenKind.PROGRAM, subject: 'ci.bot-1', groups: ['home', 'work'] });
    expect(tokenExpireMs(body)).toBe(6000);
  });

  it('without a lifetime never expires', () => {
    expect(tokenExpireMs(createToken(identity, agent).body)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is refused by every other node', () => {
    const { text } = createToken(identity, agent);
    expect(() => verifyToken(text, newNodeId())).toThrow(failing('TOKEN_FOREIGN'));
  });

  it('is refused when it was changed anywhere', () => {
    const { text } = createToken(identity, { ...agent, lifetimeMs: 1e6 });
    const refused = (changed: string) => {
      expect(() => verifyToken(changed, identity.nodeId)).toThrow(
        expect.objectContaining({ reason: expect.stringMatching(/^TOKEN_(INVALID|FOREIGN)$/) }),
      );
    };
    const swap = fc.property(fc.nat(text.length - 1), fc.constantFrom(...'AZaz09-_= '), (at, character) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      fc.pre(changed !== text);
      refused(changed);
    });
    fc.assert(swap, { numRuns: 500 });
    const cut = fc.property(fc.nat(text.length - 1), fc.nat(20), (at, length) => {
      fc.pre(length > 0);
      refused(text.slice(0, at) + text.slice(at + length));
      refused(text.slice(0, at) + 'A'.repeat(length) + text.slice(at));
    });
    fc.assert(cut, { numRuns: 300 });
  });

  it('is refused whatever bytes stand behind its first word', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(() => verifyToken(`towline-token-${toBase64Url(bytes)}`, identity.nodeId)).toThrow(invalid);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('has one text: another encoding of the same message is refused', () => {
    const { text } = createToken(identity, agent);
    const bytes = fromBase64Url(text.slice('towline-token-'.length));
    const longer = `towline-token-${toBase64Url(Uint8Array.of(...bytes, 0x78, 0x01))}`;
    expect(() => verifyToken(longer, identity.nodeId)).toThrow(invalid);
  });

  it('is refused when it was signed for another purpose', () => {
    const { body } = createToken(identity, agent);
    const bytes = toBinary(TokenBodySchema, body);
    const token = create(TokenSchema, { body: bytes, signature: identity.sign('towline-invite-v1', bytes) });
    const text = `towline-token-${toBase64Url(toBinary(TokenSchema, token))}`;
    expect(() => verifyToken(text, identity.nodeId)).toThrow(invalid);
  });

  it.each(['', 'Bearer x', 'towline-invite-AAAA', 'towline-token-', `towline-token-${'A'.repeat(100_000)}`])(
    'is not a text like "%.30s", which the error does not repeat',
    (text) => {
      expect(() => verifyToken(text, identity.nodeId)).toThrow(invalid);
      expect(() => verifyToken('secret', identity.nodeId)).not.toThrow(/secret/);
    },
  );

  const good = {
    tokenId: new Uint8Array(16),
    issuerId: identity.nodeId,
    kind: TokenKind.AGENT,
    subject: 'claude',
    createTime: timestampFromMs(0),
  };
  it.each<[string, MessageInitShape<typeof TokenBodySchema>]>([
    ['no id', { tokenId: new Uint8Array() }],
    ['a short issuer', { issuerId: new Uint8Array(31) }],
    ['no kind', { kind: TokenKind.UNSPECIFIED }],
    ['an unknown kind', { kind: 9 as TokenKind }],
    ['no subject', { subject: '' }],
    ['a subject with a space', { subject: 'a b' }],
    ['groups for an agent', { groups: ['home'] }],
    ['a bad group', { kind: TokenKind.PROGRAM, groups: ['../x'] }],
    ['a bad scope', { scopes: ['tools:call:'] }],
    ['too many scopes', { scopes: Array.from({ length: 17 }, () => 'tools') }],
    ['a short client key', { clientKey: new Uint8Array(31) }],
    ['scopes for the owner', { kind: TokenKind.OWNER, scopes: ['tools'] }],
    ['a client key for the owner', { kind: TokenKind.OWNER, clientKey: newNodeId() }],
    ['too many groups', { kind: TokenKind.PROGRAM, groups: Array.from({ length: 65 }, (_, n) => `g${n}`) }],
  ])('is refused with %s, though it is well signed', (_, bad) => {
    expect(verifyToken(textOf(good), identity.nodeId).subject).toBe('claude');
    expect(() => verifyToken(textOf({ ...good, ...bad }), identity.nodeId)).toThrow(invalid);
  });

  it('is refused without a time of making', () => {
    const { createTime: _, ...timeless } = good;
    expect(() => verifyToken(textOf(timeless), identity.nodeId)).toThrow(invalid);
  });
});

describe('making a token', () => {
  it.each([
    ['an unknown kind', { kind: TokenKind.UNSPECIFIED }, 'TOKEN_KIND_INVALID'],
    ['an empty subject', { subject: '' }, 'SUBJECT_INVALID'],
    ['a subject in upper case', { subject: 'Claude' }, 'SUBJECT_INVALID'],
    ['a subject that is too long', { subject: 'x'.repeat(65) }, 'SUBJECT_INVALID'],
    ['groups for an agent', { groups: ['home'] }, 'GROUP_INVALID'],
    ['a bad group', { kind: TokenKind.PROGRAM, groups: ['Home'] }, 'GROUP_INVALID'],
    ['too many groups', { kind: TokenKind.PROGRAM, groups: Array.from({ length: 65 }, () => 'g') }, 'GROUP_INVALID'],
    ['no time', { lifetimeMs: 0 }, 'LIFETIME_INVALID'],
    ['endless time', { lifetimeMs: Number.POSITIVE_INFINITY }, 'LIFETIME_INVALID'],
  ])('refuses %s', (_, bad, reason) => {
    expect(() => createToken(identity, { ...agent, ...bad })).toThrow(failing(reason));
  });
});
