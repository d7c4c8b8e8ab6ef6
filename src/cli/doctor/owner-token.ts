import { LocalError } from '../../base/errors.ts';
import { readOwnerToken } from '../../trust/owner-token.ts';
import { type Check, ok, warn } from './finding.ts';

/** The token by which this command reaches the node. A node makes it when it starts. */
export const checkOwnerToken: Check = async (home) => {
  try {
    await readOwnerToken(home);
    return [ok('owner token', 'readable by you alone')];
  } catch (error) {
    if (!(error instanceof LocalError) || error.reason !== 'OWNER_TOKEN_MISSING') throw error;
    return [warn('owner token', 'there is none yet', 'towline init, or towline up')];
  }
};
