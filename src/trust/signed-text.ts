/**
 * The text of invites and tokens: a word that says what it is, and the base64url of a message with the exact bytes of a
 * body and their signature. There is one text for one message: what could be written in another way is refused.
 */
import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { equalBytes, fromBase64Url, toBase64Url } from '../base/bytes.ts';

export interface SignedText<Outer extends DescMessage> {
  /** `towline-invite-`, `towline-token-`. */
  readonly prefix: string;
  readonly schema: Outer;
  /** Longest text, in characters. */
  readonly maxLength: number;
  /** The error for a text that cannot be read; the message must not repeat the text. */
  readonly invalid: (why: string, cause?: unknown) => Error;
}

export function writeSignedText<Outer extends DescMessage>(
  format: SignedText<Outer>,
  message: MessageShape<Outer>,
): string {
  return format.prefix + toBase64Url(toBinary(format.schema, message));
}

export function readSignedText<Outer extends DescMessage>(
  format: SignedText<Outer>,
  text: string,
): MessageShape<Outer> {
  if (text.length > format.maxLength) throw format.invalid('it is too long');
  if (!text.startsWith(format.prefix)) throw format.invalid(`it does not begin with ${format.prefix}`);
  const bytes = attempt(format, () => fromBase64Url(text.slice(format.prefix.length)));
  const message = attempt(format, () => fromBinary(format.schema, bytes, { readUnknownFields: false }));
  if (!equalBytes(toBinary(format.schema, message), bytes)) throw format.invalid('it is damaged');
  return message;
}

function attempt<T>(format: SignedText<DescMessage>, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw format.invalid('it is damaged or cut off', error);
  }
}
