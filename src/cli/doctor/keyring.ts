import { existsSync } from 'node:fs';
import { homePaths } from '../../node/home.ts';
import { Keyring } from '../../trust/keyring.ts';
import { type Check, fail, ok } from './finding.ts';

/** Which lines and files of the keyring are not in force. */
export const checkKeyring: Check = async (home) => {
  if (!existsSync(homePaths(home).trust)) return [ok('keyring', 'no key is trusted yet')];
  const keyring = await Keyring.open(home);
  try {
    const problems = keyring.problems().map(({ path, line, message, help }) => {
      return fail('keyring', `${line === 0 ? path : `${path}:${line}`}: ${message}`, help);
    });
    return [ok('keyring', `${keyring.entries().length} keys are trusted`), ...problems];
  } finally {
    keyring.close();
  }
};
