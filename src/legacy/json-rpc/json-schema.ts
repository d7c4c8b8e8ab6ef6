/** JSON Schemas of messages as proto JSON writes them, from their descriptors, rules and comments. */
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  hasOption,
  ScalarType,
} from '@bufbuild/protobuf';
import { type FieldRules, field as fieldRules, oneof as oneofRules } from '../../../gen/buf/validate/validate_pb.ts';
import { comments } from '../../../gen/comments.ts';

/** A schema in the words that draft 7 (OpenRPC) and 2020-12 (OpenAPI 3.1) share. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Collects the schemas of messages and enums under their full names while it refers to them. */
export class Schemas {
  readonly #found = new Map<string, JsonSchema>();

  /** By full name, in alphabetical order. */
  get all(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#found].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** A reference to the schema of a message. */
  ofMessage(message: DescMessage): JsonSchema {
    return wellKnown[message.typeName] ?? this.#refer(message.typeName, () => this.#messageSchema(message));
  }

  /** The schema of one field, with its comment. */
  ofField(field: DescField): JsonSchema {
    return { ...described(commentOf(field)), ...this.#fieldSchema(field) };
  }

  #refer(name: string, make: () => JsonSchema): JsonSchema {
    if (!this.#found.has(name)) {
      this.#found.set(name, {}); // messages may hold themselves
      this.#found.set(name, make());
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  #messageSchema(message: DescMessage): JsonSchema {
    const properties = message.fields.map((field) => [field.jsonName, this.ofField(field)]);
    const required = message.fields.filter(isRequired).map(({ jsonName }) => jsonName);
    return {
      title: message.name,
      ...described(comments[message.typeName]),
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
      ...choices(message.oneofs.filter(isRequiredChoice)),
    };
  }

  #fieldSchema(field: DescField): JsonSchema {
    const rules = getOption(field, fieldRules).type;
    switch (field.fieldKind) {
      case 'list':
        return { type: 'array', items: this.#elementSchema(field), ...listBounds(rules) };
      case 'map':
        return { type: 'object', additionalProperties: this.#elementSchema(field), ...mapBounds(rules) };
      default:
        return { ...this.#elementSchema(field), ...bounds(rules) };
    }
  }

  /** A value of the field, or one of its values. */
  #elementSchema({ scalar, message, enum: type }: DescField): JsonSchema {
    if (message) return this.ofMessage(message);
    if (type) return this.#refer(type.typeName, () => enumSchema(type));
    return scalarSchema(scalar ?? ScalarType.STRING);
  }
}

/** What the schema says of a field, and of the choice that it is part of. */
function commentOf({ parent, name, oneof }: DescField): string {
  const own = comments[`${parent.typeName}.${name}`] ?? '';
  if (oneof === undefined) return own;
  return `${own} One of the choice "${oneof.name}": at most one of its members is present.`.trim();
}

/** `{ description }`, where there is something to say. */
export function described(text: string | undefined): { description?: string } {
  return text ? { description: text } : {};
}

export function isRequired(field: DescField): boolean {
  return hasOption(field, fieldRules) && getOption(field, fieldRules).required;
}

function isRequiredChoice(oneof: DescOneof): boolean {
  return hasOption(oneof, oneofRules) && getOption(oneof, oneofRules).required;
}

/** Exactly one member of each. */
function choices(oneofs: readonly DescOneof[]): JsonSchema {
  const all = oneofs.map(({ fields }) => ({ oneOf: fields.map(({ jsonName }) => ({ required: [jsonName] })) }));
  const [only] = all;
  return all.length === 1 && only ? only : all.length > 1 ? { allOf: all } : {};
}

function enumSchema(type: DescEnum): JsonSchema {
  const lines = type.values.map(({ name }) => `${name}: ${comments[`${type.typeName}.${name}`] ?? ''}`);
  return {
    title: type.name,
    description: [comments[type.typeName] ?? '', ...lines].join('\n'),
    type: 'string',
    enum: type.values.map(({ name }) => name),
  };
}

function scalarSchema(scalar: ScalarType): JsonSchema {
  switch (scalar) {
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.STRING:
      return { type: 'string' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return { anyOf: [{ type: 'number' }, { type: 'string', enum: ['NaN', 'Infinity', '-Infinity'] }] };
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 };
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 };
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return { type: ['string', 'integer'], pattern: '^[0-9]+$' };
    default:
      return { type: ['string', 'integer'], pattern: '^-?[0-9]+$' };
  }
}

type Rules = FieldRules['type'];

/** The rules that JSON Schema has words for; all of them are checked at the service's door. */
function bounds({ case: kind, value }: Rules): JsonSchema {
  if (kind === 'string') {
    return {
      ...(value.minLen > 0n && { minLength: Number(value.minLen) }),
      ...(value.maxLen > 0n && { maxLength: Number(value.maxLen) }),
      ...(value.pattern !== '' && { pattern: value.pattern }),
      ...(value.in.length > 0 && { enum: value.in }),
    };
  }
  if (kind === 'uint32' || kind === 'int32') {
    return {
      ...(value.lessThan.case === 'lte' && { maximum: value.lessThan.value }),
      ...(value.greaterThan.case === 'gte' && { minimum: value.greaterThan.value }),
    };
  }
  return {};
}

function listBounds({ case: kind, value }: Rules): JsonSchema {
  if (kind !== 'repeated') return {};
  return {
    ...(value.minItems > 0n && { minItems: Number(value.minItems) }),
    ...(value.maxItems > 0n && { maxItems: Number(value.maxItems) }),
  };
}

function mapBounds({ case: kind, value }: Rules): JsonSchema {
  if (kind !== 'map') return {};
  return value.maxPairs > 0n ? { maxProperties: Number(value.maxPairs) } : {};
}

/** Messages that proto JSON writes in a way of their own (https://protobuf.dev/programming-guides/json/). */
const wellKnown: Readonly<Record<string, JsonSchema>> = {
  'google.protobuf.Timestamp': { type: 'string', format: 'date-time' },
  'google.protobuf.Duration': { type: 'string', pattern: '^-?[0-9]+(\\.[0-9]{1,9})?s$' },
  'google.protobuf.FieldMask': { type: 'string' },
  'google.protobuf.Struct': { type: 'object' },
  'google.protobuf.ListValue': { type: 'array' },
  'google.protobuf.Value': {},
  'google.protobuf.Any': { type: 'object', required: ['@type'], properties: { '@type': { type: 'string' } } },
  'google.protobuf.Empty': { type: 'object' },
};
