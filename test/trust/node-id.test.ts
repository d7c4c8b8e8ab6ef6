import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, fromHex, toHex } from '../../src/base/bytes.ts';
import { fromBase58, toBase58 } from '../../src/trust/base58.ts';
import { checkNodeId, formatNodeId, nodeIdKey, parseNodeId, shortNodeId } from '../../src/trust/node-id.ts';
import { isWeakKey } from '../../src/trust/weak-key.ts';
import { failing } from './support.ts';

const nodeIds = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => !isWeakKey(bytes));
const ID = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
const DID = formatNodeId(ID);

describe('base58', () => {
  // draft-msporny-base58-03, §5
  it.each([
    ['Hello World!', '2NEpo7TZRRrLZSi2U'],
    ['The quick brown fox jumps over the lazy dog.', 'USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z'],
  ])('writes "%s" as the draft does', (text, encoded) => {
    expect(toBase58(new TextEncoder().encode(text))).toBe(encoded);
    expect(new TextDecoder().decode(fromBase58(encoded))).toBe(text);
  });

  it('keeps zero bytes at the front', () => {
    expect(toBase58(fromHex('0000287fb4cd'))).toBe('11233QC4');
    expect(toHex(fromBase58('11233QC4'))).toBe('0000287fb4cd');
    expect(toBase58(new Uint8Array())).toBe('');
    expect(fromBase58('')).toHaveLength(0);
  });

  it('reads back whatever it wrote', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => equalBytes(fromBase58(toBase58(bytes)), bytes)));
  });

  it.each(['0', 'O', 'I', 'l', 'a b', 'é', '1'.repeat(129)])('refuses "%s"', (text) => {
    expect(() => fromBase58(text)).toThrow(failing('NOT_BASE58'));
  });

  it('refuses to write what it would refuse to read', () => {
    expect(() => toBase58(new Uint8Array(129))).toThrow(failing('NOT_BASE58'));
  });
});

describe('a node id', () => {
  it('is the did:key of the key', () => {
    // From the did:key method's own test vectors for Ed25519.
    const known = 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp';
    expect(formatNodeId(parseNodeId(known))).toBe(known);
    expect(toHex(parseNodeId(known))).toBe('3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29');
  });

  it('survives every way of writing it', () => {
    const property = fc.property(nodeIds, (id) => {
      expect(formatNodeId(id)).toMatch(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/);
      expect(parseNodeId(formatNodeId(id))).toEqual(id);
      expect(parseNodeId(` ${toHex(id).toUpperCase()}\n`)).toEqual(id);
    });
    fc.assert(property);
  });

  it('has exactly one did:key: any other text is refused or is another key', () => {
    const property = fc.property(nodeIds, fc.nat(55), fc.string({ minLength: 1, maxLength: 1 }), (id, at, other) => {
      const text = formatNodeId(id);
      const changed = text.slice(0, at) + other + text.slice(at + 1);
      fc.pre(changed.trim() !== text);
      try {
        expect(parseNodeId(changed)).not.toEqual(id);
      } catch (error) {
        expect(error).toEqual(failing('NODE_ID_INVALID'));
      }
    });
    fc.assert(property);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'laptop'],
    ['another DID method', 'did:web:example.org'],
    ['hex that is too short', 'ab'.repeat(31)],
    ['hex that is too long', 'ab'.repeat(33)],
    ['hex with 0x', `0x${'ab'.repeat(32)}`],
    ['a did:key cut off', DID.slice(0, -1)],
    ['a did:key with more behind it', `${DID}1`],
    ['a did:key with a leading zero more', DID.replace('did:key:z', 'did:key:z1')],
    ['a did:key URL', `${DID}#${DID.slice(8)}`],
    ['a did:key in another multibase', DID.replace('did:key:z', 'did:key:f')],
    ['an X25519 key', `did:key:z${toBase58(concatBytes(Uint8Array.of(0xec, 0x01), ID))}`],
    ['a very long text', `did:key:z${'6'.repeat(100_000)}`],
    ['a key of small order', '00'.repeat(32)],
  ])('is not %s', (_, text) => {
    expect(() => parseNodeId(text)).toThrow(failing('NODE_ID_INVALID', 'towline id'));
  });

  it('is 32 bytes', () => {
    expect(() => checkNodeId(new Uint8Array(31))).toThrow(failing('NODE_ID_INVALID'));
    expect(() => formatNodeId(new Uint8Array(33))).toThrow(failing('NODE_ID_INVALID'));
    expect(() => checkNodeId(ID)).not.toThrow();
  });

  it('has a short form for display and a key for maps', () => {
    expect(shortNodeId(ID)).toMatch(/^z6Mk.{4}….{4}$/);
    expect(nodeIdKey(ID)).toBe(toHex(ID));
  });
});
