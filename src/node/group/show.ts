/** Groups as their owner sees them. */
import { create } from '@bufbuild/protobuf';
import {
  type Group,
  type GroupMember,
  GroupMemberSchema,
  type GroupProblem,
  GroupProblemSchema,
  GroupSchema,
} from '../../../gen/towline/v1/group_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { LocalError } from '../../base/errors.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import { type HeldGroup, memberInForce, membersOf } from '../../trust/roster/held.ts';
import { placeOf } from '../../trust/roster/owners.ts';
import { rosterExpired } from '../../trust/roster/problems.ts';
import { isExpired } from '../../trust/roster/roster.ts';
import { notAMember, type Rosters } from '../../trust/rosters.ts';

export interface ShowParts {
  readonly nodeId: Uint8Array;
  readonly rosters: Rosters;
  readonly keyring: Keyring;
}

export function showGroup(parts: ShowParts, held: HeldGroup): Group {
  const { body, chain, hash } = held.roster;
  return create(GroupSchema, {
    name: held.name,
    rosterName: body.group,
    groupId: body.groupId,
    version: body.version,
    hash,
    ownerIds: [...chain.owners],
    memberCount: membersOf(held).length,
    isOwner: parts.rosters.isOwner(held),
    ...(body.createTime && { createTime: body.createTime }),
    ...(body.expireTime && { expireTime: body.expireTime }),
    problems: problemsOf(parts, held),
  });
}

/** All groups, those whose file cannot be used included. */
export function showGroups(parts: ShowParts): Group[] {
  const broken = parts.rosters
    .broken()
    .map(({ name, error }) => create(GroupSchema, { name, problems: [problemOf(error)] }));
  return [...parts.rosters.list().map((held) => showGroup(parts, held)), ...broken];
}

export function showMembers({ nodeId, keyring }: ShowParts, held: HeldGroup): GroupMember[] {
  return membersOf(held).map((member) => {
    const isSelf = equalBytes(member.nodeId, nodeId);
    return create(GroupMemberSchema, {
      nodeId: member.nodeId,
      alias: isSelf ? 'self' : (keyring.byId(member.nodeId)?.alias ?? ''),
      rosterAlias: member.alias,
      role: member.role,
      addresses: member.addresses,
      isOwner: placeOf(held.roster.chain.owners, member.nodeId) !== -1,
      isSelf,
    });
  });
}

function problemsOf(parts: ShowParts, held: HeldGroup): GroupProblem[] {
  const { rosters, nodeId } = parts;
  const refusal = rosters.refusal(held.name);
  return [
    ...(memberInForce(held, nodeId) ? [] : [problemOf(notAMember(held.name))]),
    ...(isExpired(held.roster, Date.now()) ? [problemOf(rosterExpired())] : []),
    ...forkProblems(parts, held),
    ...(refusal ? [{ ...problemOf(refusal), reason: 'ROSTER_REFUSED' }] : []),
    ...clashes(parts, held),
  ];
}

/** A fork is over when a newer version is in force. */
function forkProblems({ keyring }: ShowParts, held: HeldGroup): GroupProblem[] {
  return held.forks
    .filter(({ usedHash }) => equalBytes(usedHash, held.roster.hash))
    .map(({ version, otherSignerId: signer }) => {
      const who = signer.length === 0 ? 'an owner' : (keyring.byId(signer)?.alias ?? formatNodeId(signer));
      return create(GroupProblemSchema, {
        reason: 'ROSTER_FORKED',
        message: `owners signed two rosters that exclude each other; version ${version}, signed by ${who}, is not used, but for whom it revoked`,
        help: `compare with ${who}, and make the changes that are missing again, on the node of one owner`,
      });
    });
}

/** Members that are not trusted because another key has their alias. */
function clashes({ rosters, keyring, nodeId }: ShowParts, held: HeldGroup): GroupProblem[] {
  return rosters
    .members(held)
    .filter((member) => !equalBytes(member.nodeId, nodeId) && !keyring.byId(member.nodeId))
    .map((member) => {
      const text = formatNodeId(member.nodeId);
      return create(GroupProblemSchema, {
        reason: 'ALIAS_TAKEN',
        message: `${text} is "${member.alias}" in the group, but another key has this alias here; the member is not trusted`,
        help: `towline group alias ${held.name} ${text} OTHER-ALIAS`,
      });
    });
}

function problemOf({ reason, message, help }: LocalError): GroupProblem {
  return create(GroupProblemSchema, { reason, message, help });
}
