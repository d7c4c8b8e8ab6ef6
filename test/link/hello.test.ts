import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CloseReason, type HelloBody, HelloBodySchema } from '../../gen/towline/v1/frame_pb.ts';
import { makeHello, negotiate, Side, verifyHello } from '../../src/link/hello.ts';
import { checkHelloBody } from '../../src/link/hello-rules.ts';
import { linkLimits } from '../../src/link/limits.ts';
import { testNode } from './support.ts';

const node = testNode();
const binding = new Uint8Array(randomBytes(32));
const own = { instanceId: node.instanceId, software: 'test/1', displayName: 'n', addresses: ['h:1'] };
const context = { side: Side.DIALER, binding };
const hello = () => makeHello(node, own, context, linkLimits);
const badHello = expect.objectContaining({ closeReason: CloseReason.BAD_HELLO });

describe('a hello', () => {
  it('is believed where it was made for', () => {
    const body = verifyHello(hello(), context, node.nodeId);
    expect(body).toMatchObject({ software: 'test/1', displayName: 'n', addresses: ['h:1'], initialCreditMessages: 32 });
    expect(body.initialCreditBytes).toBe(1_048_576);
  });

  it('differs each time', () => {
    expect(Buffer.from(hello().body).equals(hello().body)).toBe(false);
  });

  it.each([
    ['replayed on another connection', { side: Side.DIALER, binding: new Uint8Array(randomBytes(32)) }],
    ['echoed to its sender', { side: Side.ACCEPTOR, binding }],
  ])('is worth nothing %s', (_, elsewhere) => {
    expect(() => verifyHello(hello(), elsewhere, node.nodeId)).toThrow(badHello);
  });

  it('is worth nothing from somebody else', () => {
    expect(() => verifyHello(hello(), context, testNode().nodeId)).toThrow(badHello);
  });

  it('is worth nothing when a single bit of it has changed', () => {
    const frame = hello();
    fc.assert(
      fc.property(fc.nat({ max: frame.body.length * 8 - 1 }), fc.nat({ max: 511 }), (inBody, inSignature) => {
        const body = flip(frame.body, inBody);
        expect(() => verifyHello({ ...frame, body }, context, node.nodeId)).toThrow();
        const signature = flip(frame.signature, inSignature);
        expect(() => verifyHello({ ...frame, signature }, context, node.nodeId)).toThrow(badHello);
      }),
    );
  });

  it.each([
    [1, 1, 1],
    [1, 9, 1],
  ])('agrees on a version with one who speaks %i to %i', (minVersion, maxVersion, agreed) => {
    expect(negotiate({ minVersion, maxVersion })).toBe(agreed);
  });

  it('finds no version with one who speaks only newer ones', () => {
    expect(() => negotiate({ minVersion: 2, maxVersion: 3 })).toThrow(
      expect.objectContaining({ closeReason: CloseReason.VERSION_MISMATCH }),
    );
  });
});

const validator = createValidator();
const valid = {
  nodeId: new Uint8Array(32),
  minVersion: 1,
  maxVersion: 1,
  nonce: new Uint8Array(16),
  instanceId: new Uint8Array(16),
  initialCreditMessages: 1,
  initialCreditBytes: 1,
};
const many = (count: number, text = 'x') => Array.from({ length: count }, () => text);

describe('the rules of the hello', () => {
  it.each([
    {},
    ...[31, 33].map((length) => ({ nodeId: new Uint8Array(length) })),
    ...[15, 17].flatMap((length) => [{ nonce: new Uint8Array(length) }, { instanceId: new Uint8Array(length) }]),
    { minVersion: 0 },
    { maxVersion: 0 },
    { initialCreditMessages: 0 },
    { initialCreditBytes: 0 },
    ...[64, 65].map((count) => ({ features: many(count) })),
    ...[0, 64, 65].map((length) => ({ features: ['f'.repeat(length)] })),
    ...[128, 129].flatMap((length) => [
      { software: '😀'.repeat(length) },
      { displayName: 'd'.repeat(length) },
      { team: 't'.repeat(length) },
    ]),
    ...[64, 65].map((length) => ({ role: 'r'.repeat(length) })),
    ...[16, 17].map((count) => ({ addresses: many(count) })),
    ...[0, 256, 257].map((length) => ({ addresses: ['a'.repeat(length)] })),
  ])('agree with the schema (%#)', (change) => {
    const body = create(HelloBodySchema, { ...valid, ...change });
    expect(allows(body)).toBe(validator.validate(HelloBodySchema, body).kind === 'valid');
  });
});

function allows(body: HelloBody): boolean {
  try {
    checkHelloBody(body);
    return true;
  } catch {
    return false;
  }
}

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}
