/** All looks of `towline doctor`, from the ground up. */
import { problemOf } from '../problem.ts';
import { checkConfig } from './config.ts';
import { checkFiles } from './files.ts';
import { type Check, type Finding, fail } from './finding.ts';
import { checkHome } from './home.ts';
import { checkKeyring } from './keyring.ts';
import { checkNodeVersion } from './node-version.ts';
import { checkOwnerToken } from './owner-token.ts';
import { checkPort } from './port.ts';
import { checkRunning } from './running.ts';
import { checkStore } from './store.ts';

const CHECKS: readonly (readonly [string, Check])[] = [
  ['node version', checkNodeVersion],
  ['home', checkHome],
  ['files', checkFiles],
  ['owner token', checkOwnerToken],
  ['configuration', checkConfig],
  ['keyring', checkKeyring],
  ['store', checkStore],
  ['port', checkPort],
  ['running node', checkRunning],
];

/** Looks at everything; a look that fails is a finding, and the others go on. */
export async function examine(home: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, check] of CHECKS) findings.push(...(await looked(name, check, home)));
  return findings;
}

async function looked(name: string, check: Check, home: string): Promise<Finding[]> {
  try {
    return await check(home);
  } catch (error) {
    const { message, help } = problemOf(error);
    return [fail(name, message, help)];
  }
}
