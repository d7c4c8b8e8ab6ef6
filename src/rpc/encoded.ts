/**
 * Messages whose bytes are there before the message is. What many callers get (a message of a channel, sent to each of
 * its readers) is written once, and links send those bytes as they are; other doors read it as a message like any other.
 */
import type { DescMessage, Message, MessageShape } from '@bufbuild/protobuf';
import { decodeMessage } from './link-decode.ts';

const BYTES = Symbol('bytes');
const READ = Symbol('read');

/** `google.protobuf.FeatureSet.FieldPresence`. */
const IMPLICIT = 2;

interface Encoded extends Message {
  readonly [BYTES]?: Uint8Array;
  [READ]?: Message | undefined;
}

type Maker = new (bytes: Uint8Array) => Encoded;

const makers = new WeakMap<DescMessage, Maker>();

/**
 * The message of these bytes, read from them when somebody first looks at a field. Nobody may change it, or them. For
 * messages whose fields stand in oneofs or have no presence of their own (TypeError): of others the generated code asks
 * whether a field is the object's own.
 */
export function encoded<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  const Maker = makers.get(schema) ?? makerOf(schema);
  return new Maker(bytes) as Message as MessageShape<S>;
}

/** What stands for a message within another one that is about to be written; it cannot be read. */
export function standIn<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  const message: Encoded = { $typeName: schema.typeName, [BYTES]: bytes };
  return message as Message as MessageShape<S>;
}

/** The bytes of a message that was made by `encoded` or `standIn`. */
export function bytesOf(message: Message): Uint8Array | undefined {
  return (message as Encoded)[BYTES];
}

/** A class for each schema, with a getter for each member: an object with getters of its own is slow to make. */
function makerOf(schema: DescMessage): Maker {
  const own = schema.fields.find(({ oneof, presence }) => !oneof && presence !== IMPLICIT);
  if (own) throw new TypeError(`${schema.typeName}.${own.name} has presence`);
  class EncodedMessage implements Encoded {
    readonly $typeName = schema.typeName;
    readonly [BYTES]: Uint8Array;
    [READ]: Message | undefined;

    constructor(bytes: Uint8Array) {
      this[BYTES] = bytes;
    }
  }
  for (const { localName } of schema.members) {
    Object.defineProperty(EncodedMessage.prototype, localName, { get: getterOf(schema, localName), enumerable: true });
  }
  makers.set(schema, EncodedMessage);
  return EncodedMessage;
}

function getterOf(schema: DescMessage, name: string) {
  return function (this: Encoded): unknown {
    const bytes = this[BYTES];
    if (bytes === undefined) return undefined; // the prototype itself
    this[READ] ??= decodeMessage(schema, bytes);
    return this[READ][name as keyof Message];
  };
}
