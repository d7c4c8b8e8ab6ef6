import type { Group } from '../../../gen/towline/v1/group_service_pb.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** What takes nobody's trust away by itself. */
const MILD: ReadonlySet<string> = new Set(['ROSTER_FORKED', 'ROSTER_REFUSED']);

/** What is wrong with the rosters of a running node. */
export function groupFindings(groups: readonly Group[]): Finding[] {
  return groups.flatMap(({ name, memberCount, version, problems }) => {
    const found = problems.map(({ reason, message, help }) =>
      (MILD.has(reason) ? warn : fail)('group', `${name}: ${message}`, help),
    );
    return found.length > 0 ? found : [ok('group', `${name}: ${memberCount} members, version ${version}`)];
  });
}
