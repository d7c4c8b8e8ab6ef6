import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InviteBodySchema, InviteSchema } from '../../gen/towline/v1/invite_pb.ts';
import { fromBase64Url, toBase64Url } from '../../src/base/bytes.ts';
import { createInvite, inviteExpireMs, parseInvite, verifyInvite } from '../../src/trust/invite.ts';
import { failing, newIdentity, newNodeId } from './support.ts';

const DAY_MS = 86_400_000;
const identity = await newIdentity();
const options = { addresses: ['example.org:7433', '[::1]:7433'], group: 'home' };
const invalid = failing('INVITE_INVALID', 'towline invite');

describe('an invite', () => {
  it('says what the inviter said, and that the inviter said it', () => {
    const { text, body } = createInvite(identity, {
      ...options,
      alias: 'laptop',
      inviterName: 'Workstation',
      nowMs: 5000,
    });
    expect(text).toMatch(/^towline-invite-[A-Za-z0-9_-]+$/);
    const parsed = parseInvite(text);
    expect(parsed.body).toEqual(body);
    expect(verifyInvite(parsed.invite, { nowMs: 5000, inviterId: identity.nodeId })).toEqual(body);
    expect(body).toMatchObject({ ...options, alias: 'laptop', inviterName: 'Workstation', inviterId: identity.nodeId });
    expect(inviteExpireMs(body)).toBe(5000 + DAY_MS);
  });

  it('has an id of its own', () => {
    const ids = Array.from({ length: 10 }, () => toBase64Url(createInvite(identity, options).body.inviteId));
    expect(new Set(ids).size).toBe(10);
  });

  it('can be pasted with line breaks and spaces in it', () => {
    const { text, body } = createInvite(identity, options);
    const pasted = `\n  ${text.replace(/(.{20})/g, '$1\r\n\t ')}\n`;
    expect(parseInvite(pasted).body).toEqual(body);
  });

  it('works until it expires', () => {
    const { invite } = createInvite(identity, { ...options, lifetimeMs: 1000, nowMs: 0 });
    expect(() => verifyInvite(invite, { nowMs: 999 })).not.toThrow();
    expect(() => verifyInvite(invite, { nowMs: 1000 })).toThrow(failing('INVITE_EXPIRED', 'towline invite'));
    expect(() => verifyInvite(invite)).toThrow(failing('INVITE_EXPIRED'));
  });

  it('is refused by a node that did not make it', () => {
    const { invite } = createInvite(identity, options);
    expect(() => verifyInvite(invite, { inviterId: newNodeId() })).toThrow(failing('INVITE_FOREIGN'));
  });

  it('is refused when it was changed anywhere', () => {
    const { text } = createInvite(identity, options);
    const property = fc.property(fc.nat(text.length - 1), fc.constantFrom(...'AZaz09-_'), (at, character) => {
      const changed = text.slice(0, at) + character + text.slice(at + 1);
      fc.pre(changed !== text);
      expect(() => verifyInvite(parseInvite(changed).invite)).toThrow(invalid);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('is refused when somebody else signed it', async () => {
    const { invite } = createInvite(identity, options);
    const signature = (await newIdentity()).sign('towline-invite-v1', invite.body);
    expect(() => verifyInvite({ ...invite, signature })).toThrow(invalid);
    const other = identity.sign('towline-token-v1', invite.body);
    expect(() => verifyInvite({ ...invite, signature: other })).toThrow(invalid);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'hello'],
    ['a token', 'towline-token-AAAA'],
    ['only its beginning', 'towline-invite-'],
    ['no base64url', 'towline-invite-a+b/'],
    ['a text of 200 kB', `towline-invite-${'A'.repeat(200_000)}`],
    ['a great deal of space', ' '.repeat(1_000_000)],
  ])('is not %s', (_, text) => {
    expect(() => parseInvite(text)).toThrow(invalid);
  });

  it('is refused when it was cut off, or has something behind it', () => {
    const { text } = createInvite(identity, options);
    for (let length = 0; length < text.length; length += 7) {
      expect(() => parseInvite(text.slice(0, length))).toThrow(invalid);
    }
    const bytes = fromBase64Url(text.slice('towline-invite-'.length));
    // An unknown field of the outer message: a second text for the same invite.
    const longer = `towline-invite-${toBase64Url(Uint8Array.of(...bytes, 0x78, 0x01))}`;
    expect(() => parseInvite(longer)).toThrow(invalid);
  });

  const expireTime = timestampFromMs(Date.now() + DAY_MS);
  const good = { inviteId: new Uint8Array(16), inviterId: identity.nodeId, ...options, expireTime };
  it.each<[string, MessageInitShape<typeof InviteBodySchema>]>([
    ['no id', { inviteId: new Uint8Array() }],
    ['a short inviter', { inviterId: new Uint8Array(31) }],
    ['no address', { addresses: [] }],
    ['seventeen addresses', { addresses: Array.from({ length: 17 }, (_, n) => `h${n}:1`) }],
    ['a URL as address', { addresses: ['https://example.org'] }],
    ['no group', { group: '' }],
    ['a group that is a path', { group: '../x' }],
    ['an alias in upper case', { alias: 'X' }],
    ['the alias self', { alias: 'self' }],
    ['a very long name', { inviterName: 'x'.repeat(129) }],
  ])('is refused with %s, though it is well signed', (_, bad) => {
    const body = toBinary(InviteBodySchema, create(InviteBodySchema, { ...good, ...bad }));
    const invite = create(InviteSchema, { body, signature: identity.sign('towline-invite-v1', body) });
    expect(() => verifyInvite(invite)).toThrow(invalid);
  });

  it('is refused without an end', () => {
    const { expireTime: _, ...endless } = good;
    const body = toBinary(InviteBodySchema, create(InviteBodySchema, endless));
    const invite = create(InviteSchema, { body, signature: identity.sign('towline-invite-v1', body) });
    expect(() => verifyInvite(invite)).toThrow(invalid);
    expect(inviteExpireMs(fromBinary(InviteBodySchema, body))).toBe(0);
  });
});

describe('making an invite', () => {
  it.each([
    ['no addresses', { addresses: [] }, 'ADDRESS_INVALID'],
    ['too many addresses', { addresses: Array.from({ length: 17 }, () => 'h:1') }, 'ADDRESS_INVALID'],
    ['an address without a port', { addresses: ['example.org'] }, 'ADDRESS_INVALID'],
    ['a bad group', { group: 'Home' }, 'GROUP_INVALID'],
    ['a bad alias', { alias: 'self' }, 'ALIAS_INVALID'],
    ['no time at all', { lifetimeMs: 0 }, 'LIFETIME_INVALID'],
    ['no number', { lifetimeMs: Number.NaN }, 'LIFETIME_INVALID'],
    ['more than thirty days', { lifetimeMs: 31 * DAY_MS }, 'LIFETIME_INVALID'],
  ])('refuses %s', (_, bad, reason) => {
    expect(() => createInvite(identity, { ...options, ...bad })).toThrow(failing(reason));
  });
});
