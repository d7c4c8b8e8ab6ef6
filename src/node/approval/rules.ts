/** Who approves on this node: what towline.yaml, the keyring and the tokens say at the moment. */
import type { ApprovalsConfig } from '../../../gen/towline/v1/config_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { DECIDE_SCOPE } from '../../services/approval/approver-service.ts';
import type { ApproverRules, Keys } from '../../services/approval/approvers.ts';
import { DEFAULT_WAIT_MS } from '../../services/approval/limits.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { parseScope, reaches } from '../../trust/scope.ts';
import type { Tokens } from '../../trust/tokens.ts';

const GROUP = '@';

export function rulesOf(config: ApprovalsConfig | undefined): ApproverRules {
  const { approvers = [], required = [], quorum = 1, wait } = config ?? {};
  const waitMs = wait ? Number(wait.seconds) * 1_000 + Math.round(wait.nanos / 1e6) : DEFAULT_WAIT_MS;
  return { approvers, required, quorum, waitMs };
}

/** Names that nobody has mean nobody. */
export function keysIn(keyring: Keyring, tokens: Pick<Tokens, 'list'>): Keys {
  return {
    hasProgram: (name) =>
      tokens.list().some(({ kind, subject, scopes }) => {
        const isMeant = kind === TokenKind.PROGRAM && subject === name;
        return isMeant && reaches(scopes.map(parseScope), DECIDE_SCOPE, '');
      }),
    keysOf(name) {
      if (!name.startsWith(GROUP)) return [keyring.byAlias(name)].flatMap((entry) => (entry ? [entry.nodeId] : []));
      const group = name.slice(GROUP.length);
      return keyring
        .entries()
        .filter(({ groups }) => groups.includes(group))
        .map(({ nodeId }) => nodeId);
    },
  };
}
