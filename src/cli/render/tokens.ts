import type { TokenInfo } from '../../../gen/towline/v1/admin_service_pb.ts';
import { TokenKindSchema } from '../../../gen/towline/v1/token_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { shortNodeId } from '../../trust/node-id.ts';
import { enumWord } from './enum-word.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { agoText, untilText } from './time.ts';

/** The tokens of a node, one a line. */
export function renderTokens(style: Style, tokens: readonly TokenInfo[]): string {
  const rows = tokens.map((token) => [
    style.bold(token.subject),
    enumWord(TokenKindSchema, token.kind),
    token.groups.join(', '),
    token.scopes.join(' ') || 'all',
    token.clientKey ? shortNodeId(token.clientKey) : '',
    untilText(token.expireTime),
    agoText(token.lastUseTime) || 'never',
    toHex(token.tokenId),
  ]);
  return renderTable(style, ['BEARER', 'KIND', 'GROUPS', 'SCOPES', 'BOUND TO', 'EXPIRES', 'LAST USED', 'ID'], rows);
}
