/**
 * Messages whose bytes are there before the message is. What many callers get (a message of a channel, sent to each of
 * its readers) is written once, and links send those bytes as they are; other doors read it as a message like any other.
 */
import { type DescMessage, fromBinary, type Message, type MessageShape } from '@bufbuild/protobuf';

const BYTES = Symbol('bytes');

interface Encoded extends Message {
  readonly [BYTES]?: Uint8Array;
}

type Maker = new (bytes: Uint8Array) => Encoded;

const makers = new WeakMap<DescMessage, Maker>();

/** The message of these bytes, read from them when somebody first looks at a field. Nobody may change it, or them. */
export function encoded<S extends DescMessage>(schema: S, bytes: Uint8Array): MessageShape<S> {
  let Maker = makers.get(schema);
  if (Maker === undefined) makers.set(schema, (Maker = makerOf(schema)));
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
    #message: Message | undefined;

    constructor(bytes: Uint8Array) {
      this[BYTES] = bytes;
    }

    /** Not a method: a schema may have a field of any name. */
    static read(self: EncodedMessage, name: string): unknown {
      self.#message ??= fromBinary(schema, self[BYTES]);
      return self.#message[name as keyof Message];
    }
  }
  for (const { localName } of schema.members) {
    const get = function (this: EncodedMessage) {
      return EncodedMessage.read(this, localName);
    };
    Object.defineProperty(EncodedMessage.prototype, localName, { get, enumerable: true });
  }
  return EncodedMessage;
}
