/**
 * Messages whose bytes are there before the message is. What many callers get (a message of a channel, sent to each of
 * its readers) is written once, and links send those bytes as they are; other doors read it as a message like any other.
 */
import { type DescMessage, fromBinary, type Message, type MessageShape } from '@bufbuild/protobuf';

const BYTES = Symbol('bytes');
const READ = Symbol('read');

interface Encoded extends Message {
  readonly [BYTES]?: Uint8Array;
  [READ]?: Message | undefined;
}

type Maker = new (bytes: Uint8Array) => Encoded;

const makers = new WeakMap<DescMessage, Maker>();

/** The message of these bytes, read from them when somebody first looks at a field. Nobody may change it, or them. */
export function encoded<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  const Maker = makers.get(schema) ?? makerOf(schema);
  return new Maker(bytes) as Message as MessageShape<S>;
}

/** The bytes of a message that was made by `encoded`. */
export function bytesOf(message: Message): Uint8Array | undefined {
  return (message as Encoded)[BYTES];
}

/** A class for each schema, with a getter for each member: an object with getters of its own is slow to make. */
function makerOf(schema: DescMessage): Maker {
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
    this[READ] ??= fromBinary(schema, bytes);
    return this[READ][name as keyof Message];
  };
}
