/** Letters into envelopes and out of them. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import {
  type MailEnvelope,
  MailEnvelopeSchema,
  type MailLetter,
  MailLetterSchema,
  type MailWords,
  SealedBodySchema,
} from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import { concatBytes } from '../../base/bytes.ts';
import { decodeMessage } from '../../rpc/link-decode.ts';
import { encodeMessage } from '../../rpc/link-encode.ts';
import type { Sealed } from '../../trust/seal.ts';
import { MAX_TEXT_BYTES } from './limits.ts';
import { mailMalformed } from './problems.ts';

/** What this node does with the keys that it seals by. */
export interface MailSeal {
  /** Seals one letter after the other for a node; ask anew for each batch. */
  to(receiverId: Uint8Array): Promise<{ seal(plain: Uint8Array, bound: Uint8Array): Sealed }>;
  /** Throws SEAL_SCHEME_UNKNOWN, SEAL_KEY_GONE or SEAL_BROKEN. */
  open(sealed: Sealed, senderId: Uint8Array, receiverId: Uint8Array, bound: Uint8Array): Promise<Uint8Array>;
}

/** What stands on an envelope. */
export interface Heading {
  readonly senderId: Uint8Array;
  readonly receiverId: Uint8Array;
  readonly messageId: Uint8Array;
  /** In milliseconds since 1970. */
  readonly expireMs: number;
}

/** As `AgentRef.agent` in the schema. */
const AGENT = /^[A-Za-z0-9._-]{1,64}$/;
const MESSAGE_ID_BYTES = 16;
const MAX_TARGET_CHARS = 160;
const PRIORITIES: readonly MailPriority[] = Object.values(MailPriority);
const DOMAIN = Buffer.from('towline-mail-v1\0');

/** What is bound to a sealed letter and not sent with it (mail_transfer.proto, SealedBody). */
export function boundTo({ senderId, receiverId, messageId, expireMs }: Heading): Uint8Array {
  const seconds = Buffer.alloc(8);
  seconds.writeBigInt64BE(BigInt(Math.floor(expireMs / 1_000)));
  return concatBytes(DOMAIN, senderId, receiverId, messageId, seconds);
}

export function envelopeOf(heading: Heading, sealed: Sealed): MailEnvelope {
  const { senderId, receiverId, messageId, expireMs } = heading;
  return create(MailEnvelopeSchema, {
    senderId,
    receiverId,
    messageId,
    expireTime: timestampFromMs(expireMs),
    body: { case: 'sealed', value: create(SealedBodySchema, sealed) },
  });
}

export function headingOf({ senderId, receiverId, messageId, expireTime }: MailEnvelope): Heading {
  return { senderId, receiverId, messageId, expireMs: expireTime ? timestampMs(expireTime) : 0 };
}

/** The bytes of the letter in an envelope. Throws what `MailSeal.open` throws, and `MAIL_MALFORMED`. */
export async function openEnvelope(seal: MailSeal, envelope: MailEnvelope, isFromSender: boolean): Promise<Uint8Array> {
  const { body } = envelope;
  if (body.case === 'plain' && isFromSender) return body.value;
  if (body.case !== 'sealed') throw mailMalformed('a plain one that another node carries');
  const heading = headingOf(envelope);
  return seal.open(body.value, heading.senderId, heading.receiverId, boundTo(heading));
}

export function writeLetter(letter: MailLetter): Uint8Array {
  return encodeMessage(MailLetterSchema, letter);
}

/**
 * What was sealed. The schema's rules are checked by hand: these bytes come through no door. Throws `MAIL_MALFORMED`.
 */
export function readLetter(bytes: Uint8Array): MailLetter {
  const letter = decode(bytes);
  const { content } = letter;
  if (content.case === 'words') checkWords(content.value);
  else if (content.case !== 'receipts') throw mailMalformed('a content that this node does not know');
  return letter;
}

function checkWords(words: MailWords): void {
  const { fromAgent, toAgent, text, replyTo, target, createTime } = words;
  if (!AGENT.test(fromAgent)) throw mailMalformed('it names no sender');
  if (toAgent !== '' && !AGENT.test(toAgent)) throw mailMalformed('it names no receiver');
  if (text === '' || Buffer.byteLength(text) > MAX_TEXT_BYTES) throw mailMalformed('its text is empty or too long');
  if (replyTo.length !== 0 && replyTo.length !== MESSAGE_ID_BYTES) throw mailMalformed('it answers no mail');
  if (target.length > MAX_TARGET_CHARS || !createTime) throw mailMalformed('it lacks a target or a time');
  // Priorities of later versions are told as if there were none.
  if (!PRIORITIES.includes(words.priority)) words.priority = MailPriority.UNSPECIFIED;
}

/** Text that is no UTF-8 is no letter: the decoder says so. */
function decode(bytes: Uint8Array): MailLetter {
  try {
    return decodeMessage(MailLetterSchema, bytes);
  } catch (error) {
    throw mailMalformed('its bytes cannot be read', error);
  }
}
