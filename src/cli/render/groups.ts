import type { Group, GroupMember } from '../../../gen/towline/v1/group_service_pb.ts';
import { equalBytes, toHex } from '../../base/bytes.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderPairs, renderTable } from './table.ts';
import { agoText, untilText } from './time.ts';

/** The groups of a node, one a line. */
export function renderGroups(style: Style, groups: readonly Group[]): string {
  const rows = groups.map((group) => [
    style.bold(group.name),
    String(group.memberCount),
    String(group.version),
    group.isOwner ? 'owner' : 'member',
    untilText(group.expireTime),
    group.problems.map(({ reason }) => style.warn(reason)).join(', '),
  ]);
  return renderTable(style, ['GROUP', 'MEMBERS', 'VERSION', 'THIS NODE', 'EXPIRES', 'PROBLEMS'], rows);
}

/** One group and its members. */
export function renderGroup(style: Style, group: Group, members: readonly GroupMember[]): string {
  const facts = renderPairs(style, [
    ['group', group.name === group.rosterName ? group.name : `${group.name} (its owners call it ${group.rosterName})`],
    ['id', formatNodeId(group.groupId)],
    ['version', `${group.version}, ${toHex(group.hash).slice(0, 16)}, signed ${agoText(group.createTime)}`],
    ['expires', untilText(group.expireTime)],
  ]);
  const rows = members.map((member) => [
    style.bold(member.rosterAlias),
    calledHere(style, member),
    ownerText(group, member),
    member.role,
    formatNodeId(member.nodeId),
    member.addresses.map(plainLine).join(', '),
  ]);
  const table = renderTable(style, ['MEMBER', 'CALLED HERE', 'OWNER', 'ROLE', 'NODE ID', 'ADDRESSES'], rows);
  const problems = group.problems.map(
    ({ message, help }) => `${style.warn('!')} ${plainLine(message)}\n  ${plainLine(help)}`,
  );
  return [facts, '', table, ...(problems.length > 0 ? ['', ...problems] : [])].join('\n');
}

function calledHere(style: Style, { alias, rosterAlias }: GroupMember): string {
  if (alias === '') return style.bad('not trusted');
  return alias === rosterAlias ? '' : alias;
}

/** Owners by their place: the first counts most. */
function ownerText({ ownerIds }: Group, { nodeId }: GroupMember): string {
  const place = ownerIds.findIndex((owner) => equalBytes(owner, nodeId));
  return place === -1 ? '' : `owner ${place + 1}`;
}
