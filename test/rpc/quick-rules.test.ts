/** The quick rules never let through what the validator would refuse: on messages of the whole schema, made at random. */
import {
  create,
  type DescField,
  type DescMessage,
  type Message,
  type MessageInitShape,
  ScalarType,
} from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { files } from '../../gen/files.ts';
import { CallToolRequestSchema } from '../../gen/towline/v1/tool_service_pb.ts';
import { surelyValid } from '../../src/rpc/interceptors/quick-rules.ts';

const schemas = files.flatMap((file) => [...file.messages]).filter(({ file }) => file.name.startsWith('towline/'));
const validator = createValidator({ failFast: true });

const edges = [0, 1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 256, 257];
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.stringMatching(/^[a-z0-9_-]{0,34}$/),
  fc
    .tuple(fc.constantFrom('a', 'é', '😀', '\ud800'), fc.constantFrom(...edges))
    .map(([one, count]) => one.repeat(count)),
);
const bytes = fc.constantFrom(...edges).map((length) => new Uint8Array(length));
const whole = fc.constantFrom(0, 1, 2, 9, 10, 60, 100, 999, 1000, 1001, 65_535, 86_400, 1_048_577, 4_294_967_295);

function scalar(type: ScalarType): fc.Arbitrary<unknown> {
  if (type === ScalarType.STRING) return text;
  if (type === ScalarType.BYTES) return bytes;
  if (type === ScalarType.BOOL) return fc.boolean();
  if ([ScalarType.INT64, ScalarType.UINT64].includes(type)) return whole.map(BigInt);
  return whole;
}

function single(field: DescField, depth: number): fc.Arbitrary<unknown> {
  if (field.message) return messageOf(field.message, depth - 1);
  if (field.enum) return fc.constantFrom(...field.enum.values.map(({ number }) => number), 99);
  return scalar(field.scalar ?? ScalarType.STRING);
}

function valuesOf(field: DescField, depth: number): fc.Arbitrary<unknown> {
  const one = single(field, depth);
  if (field.fieldKind === 'list') return fc.array(one, { maxLength: 3 });
  if (field.fieldKind === 'map')
    return fc.dictionary(field.mapKey === ScalarType.STRING ? text : whole.map(String), one, { maxKeys: 3 });
  return one;
}

function messageOf(schema: DescMessage, depth: number): fc.Arbitrary<Message> {
  if (depth < 0) return fc.constant(create(schema));
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const member of schema.members) {
    if (member.kind === 'field') members[member.localName] = fc.option(valuesOf(member, depth), { nil: undefined });
    else {
      const cases = member.fields.map((field) =>
        valuesOf(field, depth).map((value) => ({ case: field.localName, value })),
      );
      members[member.localName] = fc.option(fc.oneof(...cases), { nil: undefined });
    }
  }
  return fc
    .record(members, { requiredKeys: [] })
    .map((init) => create(schema, init as MessageInitShape<typeof schema>));
}

describe('the quick rules', () => {
  it.each(schemas.map((schema) => [schema.name, schema] as const))(
    'never pass a %s that is not valid',
    (_name, schema) => {
      const property = fc.property(messageOf(schema, 2), (message) => {
        if (surelyValid(schema, message)) expect(validator.validate(schema, message).kind).toBe('valid');
      });
      fc.assert(property, { numRuns: 60 });
    },
  );

  it('pass most of what is valid, in every message of a request', () => {
    const unsure = schemas
      .filter((schema) => schema.name.endsWith('Request'))
      .filter((schema) => {
        const valid = fc
          .sample(messageOf(schema, 2), { numRuns: 400, seed: 7 })
          .filter((message) => validator.validate(schema, message).kind === 'valid');
        return valid.length > 0 && !valid.some((message) => surelyValid(schema, message));
      });
    // Its rules are left out on purpose: every one of them goes to the validator.
    expect(unsure.map(({ name }) => name)).toEqual(['LintPolicyRequest']);
  });

  it('pass an ordinary call of a tool', () => {
    const call = {
      requestId: new Uint8Array(16),
      tool: { node: 'work', upstream: 'fs', name: 'read' },
      argumentsJson: '{"a":"é"}',
      logLevel: 'info',
    };
    expect(surelyValid(CallToolRequestSchema, create(CallToolRequestSchema, call))).toBe(true);
    const refused = [
      { ...call, requestId: new Uint8Array(15) },
      { ...call, tool: undefined },
      { ...call, logLevel: 'loud' },
      { ...call, metaJson: 'é'.repeat(32_769) },
    ];
    for (const bad of refused)
      expect(surelyValid(CallToolRequestSchema, create(CallToolRequestSchema, bad))).toBe(false);
  });
});
