import { access, constants, stat } from 'node:fs/promises';
import { messageOf, systemCodeOf } from '../../base/errors.ts';
import { loadIdentity } from '../../trust/identity.ts';
import { type Check, type Finding, fail, ok, warn } from './finding.ts';

const OTHERS = 0o077;

/** The folder, who may enter it, and the key in it. */
export const checkHome: Check = async (home) => {
  const folder = await checkFolder(home);
  if (folder.level === 'fail') return [folder];
  const { text } = await loadIdentity(home); // refuses a key file that others can read, with what mends it
  return [folder, ok('key', `${text}, readable by you alone`)];
};

async function checkFolder(home: string): Promise<Finding> {
  try {
    const { mode } = await stat(home);
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK);
    if (process.platform === 'win32' || (mode & OTHERS) === 0) return ok('home', home);
    return warn('home', `${home} can be entered by others`, `chmod 700 '${home}'`);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return fail('home', `there is no home ${home}`, 'towline init');
    return fail('home', messageOf(error), 'run as the user who owns it, or choose another with --home');
  }
}
