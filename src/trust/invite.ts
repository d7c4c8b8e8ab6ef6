/** One pasteable text that lets one unknown key become a trusted peer, once. */
import { randomBytes } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { type Invite, type InviteBody, InviteBodySchema, InviteSchema } from '../../gen/towline/v1/invite_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import { checkAddress, isAddress, MAX_ADDRESSES } from './address.ts';
import type { Identity } from './identity.ts';
import { checkAlias, checkGroup, isName } from './names.ts';
import { PUBLIC_KEY_BYTES, verify } from './signature.ts';
import { readSignedText, writeSignedText } from './signed-text.ts';

/** A day is enough to walk to the other machine, and short enough for a text that lies in a chat. */
export const DEFAULT_INVITE_LIFETIME_MS = 24 * 60 * 60 * 1000;

/** As in AdminService: thirty days. */
export const MAX_INVITE_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

export const INVITE_ID_BYTES = 16;

const MAX_INVITER_NAME_LENGTH = 128;

const FORMAT = {
  prefix: 'towline-invite-',
  schema: InviteSchema,
  maxLength: 16 * 1024,
  invalid: inviteInvalid,
};

export interface InviteOptions {
  /** Where this node can be dialed, as "host:port" or "wss://…": 1 to 16. */
  readonly addresses: readonly string[];
  /** The group that the joiner gets into, here. */
  readonly group: string;
  /** The founder's key, if the group has a roster: the joiner gets that roster and no other. */
  readonly groupId?: Uint8Array | undefined;
  /** The joiner's alias here. If absent, the one that the joiner proposes. */
  readonly alias?: string | undefined;
  /** What this node calls itself. */
  readonly inviterName?: string;
  /** How long it works, in milliseconds; 24 hours if absent, at most 30 days. */
  readonly lifetimeMs?: number | undefined;
  /** Now; `Date.now()` if absent. */
  readonly nowMs?: number;
}

export interface NewInvite {
  /** What is pasted into `towline join`. */
  readonly text: string;
  readonly invite: Invite;
  readonly body: InviteBody;
}

/** Makes and signs an invite. Throws `ADDRESS_INVALID`, `GROUP_INVALID`, `ALIAS_INVALID` or `LIFETIME_INVALID`. */
export function createInvite(identity: Identity, options: InviteOptions): NewInvite {
  checkOptions(options);
  const lifetimeMs = options.lifetimeMs ?? DEFAULT_INVITE_LIFETIME_MS;
  const body = create(InviteBodySchema, {
    inviteId: new Uint8Array(randomBytes(INVITE_ID_BYTES)),
    inviterId: identity.nodeId,
    addresses: [...options.addresses],
    group: options.group,
    groupId: options.groupId ?? new Uint8Array(0),
    alias: options.alias ?? '',
    inviterName: (options.inviterName ?? '').slice(0, MAX_INVITER_NAME_LENGTH),
    expireTime: timestampFromMs((options.nowMs ?? Date.now()) + lifetimeMs),
  });
  const bytes = toBinary(InviteBodySchema, body);
  const invite = create(InviteSchema, { body: bytes, signature: identity.sign('towline-invite-v1', bytes) });
  return { text: writeSignedText(FORMAT, invite), invite, body };
}

/**
 * Reads the text of an invite, with whatever space and line breaks pasting put into it. Throws `INVITE_INVALID`. What
 * comes back is not verified yet.
 */
export function parseInvite(text: string): { invite: Invite; body: InviteBody } {
  // Chats and terminals break long words; no part of the text is space.
  const invite = readSignedText(FORMAT, text.slice(0, 4 * FORMAT.maxLength).replace(/\s+/g, ''));
  return { invite, body: readBody(invite) };
}

/**
 * Checks signature and time, and gives what the invite says. `inviterId` is whose it must be: an inviter passes its own
 * id. Throws `INVITE_INVALID`, `INVITE_FOREIGN` or `INVITE_EXPIRED`.
 */
export function verifyInvite(invite: Invite, options: { inviterId?: Uint8Array; nowMs?: number } = {}): InviteBody {
  const body = readBody(invite);
  if (!verify(body.inviterId, invite.signature, 'towline-invite-v1', invite.body)) {
    throw inviteInvalid('its signature is wrong');
  }
  if (options.inviterId && !equalBytes(options.inviterId, body.inviterId)) {
    throw new LocalError('INVITE_FOREIGN', 'the invite was made by another node', {
      help: 'give it to the node that its addresses name, or make one here with "towline invite"',
    });
  }
  if (inviteExpireMs(body) <= (options.nowMs ?? Date.now())) throw inviteExpired();
  return body;
}

/** When an invite stops working, in milliseconds since 1970. */
export function inviteExpireMs(body: InviteBody): number {
  return body.expireTime ? timestampMs(body.expireTime) : 0;
}

export function inviteExpired(): LocalError {
  return new LocalError('INVITE_EXPIRED', 'the invite has expired', {
    help: 'ask for a new one, made by "towline invite" on the inviting node',
  });
}

function readBody({ body: bytes, signature }: Invite): InviteBody {
  if (signature.length !== 64) throw inviteInvalid('it has no signature');
  let body: InviteBody;
  try {
    body = fromBinary(InviteBodySchema, bytes);
  } catch (error) {
    throw inviteInvalid('it is damaged', error);
  }
  const fault = faultOf(body);
  if (fault) throw inviteInvalid(fault);
  return body;
}

/** The schema's rules: the text comes from anyone. */
function faultOf(body: InviteBody): string | undefined {
  if (body.inviteId.length !== INVITE_ID_BYTES) return 'it has no id';
  if (body.inviterId.length !== PUBLIC_KEY_BYTES) return 'it does not say whose it is';
  if (body.addresses.length === 0 || body.addresses.length > MAX_ADDRESSES) return 'it has no addresses, or too many';
  if (!body.addresses.every(isAddress)) return 'one of its addresses is none';
  if (!isName(body.group)) return 'its group is none';
  if (body.groupId.length !== 0 && body.groupId.length !== PUBLIC_KEY_BYTES) return 'its group id is no key';
  if (body.alias !== '' && (!isName(body.alias) || body.alias === 'self')) return 'its alias is none';
  if (body.inviterName.length > MAX_INVITER_NAME_LENGTH) return "its inviter's name is too long";
  if (!body.expireTime) return 'it does not say until when it works';
  return undefined;
}

function checkOptions(options: InviteOptions): void {
  const { addresses, group, alias, lifetimeMs } = options;
  if (addresses.length === 0 || addresses.length > MAX_ADDRESSES) {
    throw new LocalError(
      'ADDRESS_INVALID',
      `an invite names 1 to ${MAX_ADDRESSES} addresses, not ${addresses.length}`,
      {
        help: 'set listen.advertise in towline.yaml to the addresses that others can dial',
      },
    );
  }
  addresses.forEach(checkAddress);
  checkGroup(group);
  if (alias !== undefined) checkAlias(alias);
  if (lifetimeMs !== undefined && !(lifetimeMs > 0 && lifetimeMs <= MAX_INVITE_LIFETIME_MS)) {
    throw new LocalError('LIFETIME_INVALID', 'an invite works for more than nothing and at most 30 days');
  }
}

function inviteInvalid(why: string, cause?: unknown): LocalError {
  return new LocalError('INVITE_INVALID', `this is not a valid invite: ${why}`, {
    help: 'copy all of what "towline invite" printed, or ask for a new one',
    cause,
  });
}
