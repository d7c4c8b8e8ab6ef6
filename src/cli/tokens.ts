import { AdminService, type TokenInfo } from '../../gen/towline/v1/admin_service_pb.ts';
import { toHex } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import { nodeClient } from './client.ts';
import { allPages } from './pages.ts';
import { usageError } from './usage.ts';

const PAGE_SIZE = 1000;

/** Every token of the running node that works, newest first. */
export async function listTokens(home: string): Promise<TokenInfo[]> {
  const admin = await nodeClient(home, AdminService);
  return allPages(async (pageToken) => {
    const { tokens, nextPageToken } = await admin.listTokens({ pageSize: PAGE_SIZE, pageToken });
    return { rows: tokens, nextPageToken };
  });
}

/** The one token that is meant by its id (as hex, or as `--json` writes it), the start of its id, or its bearer's name. */
export function findToken(tokens: readonly TokenInfo[], text: string): TokenInfo {
  const fits = ({ tokenId, subject }: TokenInfo) => {
    const inJson = Buffer.from(tokenId).toString('base64');
    return subject === text || inJson === text || toHex(tokenId).startsWith(text.toLowerCase());
  };
  const [found, other] = tokens.filter(fits);
  if (found === undefined) {
    throw new LocalError('NOT_FOUND', `no token is called "${text}"`, { help: 'towline token list' });
  }
  if (other === undefined) return found;
  throw usageError(`"${text}" means more than one token`, 'give the whole id: towline token list');
}
