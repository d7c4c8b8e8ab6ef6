/** `<home>/owner.token`: what the CLI and the console of the person who owns the node show. */
import { join } from 'node:path';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { LocalError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { Identity } from './identity.ts';
import { ensureHome, homeNotWritable, readPrivateFile } from './private-file.ts';
import { createToken, verifyToken } from './token.ts';

const TOO_OPEN = 'TOKEN_FILE_TOO_OPEN';

/**
 * The owner's token; made if there is none, or if it is of another identity or damaged. Throws `TOKEN_FILE_TOO_OPEN`,
 * `FILE_UNREADABLE` or `HOME_NOT_WRITABLE`.
 */
export async function ensureOwnerToken(home: string, identity: Identity): Promise<string> {
  await ensureHome(home);
  const present = (await readPrivateFile(pathOf(home), TOO_OPEN))?.trim();
  if (present !== undefined && isOwnerTokenOf(present, identity)) return present;
  const { text } = createToken(identity, { kind: TokenKind.OWNER, subject: 'owner' });
  await writeFileAtomic(pathOf(home), `${text}\n`, { mode: 0o600 }).catch((error: unknown) => {
    throw homeNotWritable(home, error);
  });
  return text;
}

/** The owner's token, for a client. Throws `OWNER_TOKEN_MISSING`, `TOKEN_FILE_TOO_OPEN` or `FILE_UNREADABLE`. */
export async function readOwnerToken(home: string): Promise<string> {
  const text = (await readPrivateFile(pathOf(home), TOO_OPEN))?.trim();
  if (text) return text;
  throw new LocalError('OWNER_TOKEN_MISSING', `${home} has no owner's token`, {
    help: 'make the home with "towline init", start its node with "towline up", or name the right one with TOWLINE_HOME',
    metadata: { home },
  });
}

function pathOf(home: string): string {
  return join(home, 'owner.token');
}

/** A token that this identity would refuse is of no use to anyone. */
function isOwnerTokenOf(text: string, identity: Identity): boolean {
  try {
    return verifyToken(text, identity.nodeId).kind === TokenKind.OWNER;
  } catch (error) {
    if (error instanceof LocalError) return false;
    throw error;
  }
}
