/** The rules of the schema for a roster, and those between its parts: the bytes come from other nodes. Pure. */
import { timestampMs } from '@bufbuild/protobuf/wkt';
import type { Roster, RosterMember } from '../../../gen/towline/v1/roster_pb.ts';
import { isName } from '../names.ts';
import { nodeIdKey } from '../node-id.ts';
import { MAX_ROTATIONS } from '../rotation.ts';
import { PUBLIC_KEY_BYTES } from '../signature.ts';
import { isWeakKey } from '../weak-key.ts';
import { MAX_MEMBER_ADDRESS_LENGTH, MAX_MEMBER_ADDRESSES, MAX_MEMBERS, MAX_REVOCATIONS } from './limits.ts';
import { rosterInvalid, rosterTooLarge } from './problems.ts';

/** As in the schema: what JSON can say exactly. */
const MAX_VERSION = BigInt(Number.MAX_SAFE_INTEGER);

const HASH_BYTES = 32;

/** Throws `ROSTER_INVALID` or `ROSTER_TOO_LARGE`. Who signed is another question. */
export function checkRoster(body: Roster): void {
  if (body.members.length > MAX_MEMBERS) throw rosterTooLarge(`${body.members.length} members, at most ${MAX_MEMBERS}`);
  if (body.revocations.length > MAX_REVOCATIONS) {
    throw rosterTooLarge(`${body.revocations.length} revocations, at most ${MAX_REVOCATIONS}`);
  }
  const fault = headFault(body) ?? revocationFault(body) ?? membersFault(body);
  if (fault) throw rosterInvalid(fault);
}

function headFault({ group, groupId, version, previousHash, createTime, expireTime }: Roster): string | undefined {
  if (!isName(group)) return 'its group has no name';
  if (!isKey(groupId)) return 'its group id is no key';
  if (version < 1n || version > MAX_VERSION) return 'its version is none';
  if (previousHash.length !== (version === 1n ? 0 : HASH_BYTES)) return 'it does not say which roster was before';
  if (!createTime) return 'it does not say when it was signed';
  if (expireTime && timestampMs(expireTime) <= timestampMs(createTime)) return 'it ends before it begins';
  return undefined;
}

function revocationFault({ version, revocations }: Roster): string | undefined {
  const seen = new Set<string>();
  for (const revocation of revocations) {
    if (!isKey(revocation.nodeId)) return 'a revocation names no key';
    if (revocation.version < 1n || revocation.version > version) return 'a revocation is of a version to come';
    if (seen.has(nodeIdKey(revocation.nodeId))) return 'a key is revoked twice';
    seen.add(nodeIdKey(revocation.nodeId));
  }
  return undefined;
}

function membersFault({ version, members, revocations }: Roster): string | undefined {
  if (members.length === 0) return 'it has no members';
  const out = new Map(revocations.map((revocation) => [nodeIdKey(revocation.nodeId), revocation.version]));
  const keys = new Set<string>();
  const aliases = new Set<string>();
  for (const member of members) {
    const fault = memberFault(member, version);
    if (fault) return fault;
    const key = nodeIdKey(member.nodeId);
    if (keys.has(key)) return `the key of "${member.alias}" is there twice`;
    if (aliases.has(member.alias)) return `two keys have the alias "${member.alias}"`;
    if (member.sinceVersion <= (out.get(key) ?? 0n)) return `"${member.alias}" is a member and revoked`;
    keys.add(key);
    aliases.add(member.alias);
  }
  return undefined;
}

/** Addresses of a kind that this node cannot dial are no fault: another one may. */
function memberFault(
  { nodeId, alias, role, addresses, sinceVersion, rotations }: RosterMember,
  version: bigint,
): string | undefined {
  if (!isKey(nodeId)) return 'a member has no key';
  if (!isName(alias) || alias === 'self') return 'a member has an alias that is none';
  if (role !== '' && !isName(role)) return `the role of "${alias}" is none`;
  if (addresses.length > MAX_MEMBER_ADDRESSES) return `"${alias}" has too many addresses`;
  if (addresses.some(({ length }) => length === 0 || length > MAX_MEMBER_ADDRESS_LENGTH)) {
    return `"${alias}" has an address that is none`;
  }
  if (rotations.length > MAX_ROTATIONS) return `"${alias}" has too many rotations`;
  if (sinceVersion < 1n || sinceVersion > version) return `"${alias}" is a member since a version to come`;
  return undefined;
}

function isKey(bytes: Uint8Array): boolean {
  return bytes.length === PUBLIC_KEY_BYTES && !isWeakKey(bytes);
}
