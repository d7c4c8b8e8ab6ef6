/** Whether what the node keeps can be read, and how to go on if it cannot. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { systemCodeOf } from '../../base/errors.ts';
import { homePaths } from '../../node/home.ts';
import { storeProblems } from '../../store/sqlite/check.ts';
import { acquireHomeLock, type Lock } from '../../store/sqlite/lock.ts';
import { type Repair, repairStore } from '../../store/sqlite/repair.ts';
import { problemOf } from '../problem.ts';
import { type Check, type Finding, fail, ok, warn } from './finding.ts';

const CHECK = 'store';

/** Losses that are told; the rest is counted. */
const MAX_LOSSES = 50;

/** Reads all of `store.db`, also while a node writes it. What lives ten minutes is not looked at. */
export const checkStore: Check = async (home) => {
  const { store: path } = homePaths(home);
  if (!existsSync(path)) return [ok(CHECK, 'none yet: a node makes it')];
  const problems = storeProblems(path);
  if (problems.length === 0) return [ok(CHECK, `${path}, sound`)];
  return problems.map((problem) => fail(CHECK, problem, 'towline down, then: towline doctor --repair'));
};

/** Repairs the files of a home in which no node runs. Files that are sound are left as they are. */
export async function repairHome(home: string): Promise<Finding[]> {
  const { store, calls, lock: lockPath } = homePaths(home);
  const paths = [store, calls].filter((path) => existsSync(path));
  if (paths.length === 0) return [ok('repair', 'there is no store yet')];
  let lock: Lock | undefined;
  try {
    lock = acquireHomeLock(lockPath);
    return paths.flatMap((path) => repaired(path, repairStore(path)));
  } catch (error) {
    const { message, help } = problemOf(error);
    const isFull = systemCodeOf(error) === 'ENOSPC';
    return [fail('repair', message, isFull ? 'make room: the repaired file stands beside the damaged one' : help)];
  } finally {
    lock?.release();
  }
}

function repaired(path: string, repair: Repair | undefined): Finding[] {
  if (!repair) return [ok('repair', `${basename(path)} is sound: nothing was done`)];
  const { damagedPath, rowCount, entryCount, itemCount, losses } = repair;
  const lost = losses.slice(0, MAX_LOSSES).map((loss) => warn('lost', loss, ''));
  if (losses.length > lost.length) lost.push(warn('lost', `${losses.length - lost.length} more`, ''));
  const found = `${basename(path)}: ${rowCount} rows, ${entryCount} entries of logs and ${itemCount} items of queues were copied into a new file`;
  const help = `when you miss nothing: rm '${damagedPath}'*`;
  return [warn('repair', `${found}; the damaged one is ${damagedPath}`, help), ...lost];
}
