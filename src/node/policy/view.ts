/** Who is who, and which tools there are, for questions about the policy. */
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import type { ToolRef } from '../../../gen/towline/v1/tool_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { KnownNames } from '../../services/policy/lint.ts';
import type { LookUp } from '../../services/policy/selector.ts';
import type { PolicyView } from '../../services/policy/service.ts';
import { selfAlias } from '../../services/tool/self.ts';
import type { ToolDirectory } from '../../services/tool/service.ts';
import { isLocal } from '../../services/tool/visibility.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { parseScope } from '../../trust/scope.ts';
import type { Tokens } from '../../trust/tokens.ts';
import { peerPrincipal } from '../peers.ts';
import type { PolicyKeeper } from './keeper.ts';

export interface PolicyViewParts {
  readonly keeper: PolicyKeeper;
  readonly keyring: Keyring;
  readonly tokens: Tokens;
  readonly tools: ToolDirectory;
}

/** Keys as policies see them. */
export function lookUpIn(keyring: Keyring): LookUp {
  return (nodeId) => keyring.byId(nodeId);
}

export function policyView({ keeper, keyring, tokens, tools }: PolicyViewParts): PolicyView {
  return {
    current: () => keeper.current,
    refusal: () => keeper.refusal,
    principal: (text) => principalNamed(text, keyring, tokens),
    tools: (ref, principal) => placesOf(ref, principal, tools),
    names: () => namesIn(keyring, tokens, tools),
  };
}

function principalNamed(text: string, keyring: Keyring, tokens: Tokens): Principal | undefined {
  const [kind, name] = text.includes(':') ? text.split(':', 2) : ['peer', text];
  if (text === 'owner') return { kind: 'owner', name: 'owner', groups: new Set() };
  if (kind === 'peer' && name) {
    const entry = keyring.byAlias(name);
    return entry && peerPrincipal(keyring, entry);
  }
  const token = tokens.list().find((known) => {
    if (kind === 'token') return toHex(known.tokenId) === name;
    return known.subject === name && kind === kindText(known.kind);
  });
  if (!token) return undefined;
  return {
    kind: kindText(token.kind),
    name: token.subject,
    groups: new Set(token.groups),
    tokenId: toHex(token.tokenId),
    ...(token.scopes.length > 0 && { scopes: token.scopes.map(parseScope) }),
  };
}

function kindText(kind: TokenKind): 'agent' | 'program' {
  return kind === TokenKind.AGENT ? 'agent' : 'program';
}

/** A tool of a peer is here what its agents ask for: there it is decided once more. */
function placesOf(ref: ToolRef, principal: Principal, tools: ToolDirectory) {
  const { node, upstream, name } = ref;
  if (node !== '' && node !== selfAlias) return [{ place: ref, isShared: isLocal(principal) }];
  const shared = tools.local.shared(principal, upstream, name);
  // People write "files.read", too; a tool that is called so is found before.
  const [, first = '', rest = ''] = (upstream === '' && shared.length === 0 && /^([^.]+)\.(.+)$/.exec(name)) || [];
  if (rest !== '' && tools.local.source(first))
    return placesOf({ ...ref, upstream: first, name: rest }, principal, tools);
  const places = shared.map((source) => ({ place: tools.local.place(source, name), isShared: true }));
  return places.length > 0 ? places : [{ place: { node: selfAlias, upstream, name }, isShared: false }];
}

function namesIn(keyring: Keyring, tokens: Tokens, tools: ToolDirectory): KnownNames {
  const entries = keyring.entries();
  const known = tokens.list();
  const subjects = (kind: TokenKind) => known.filter((token) => token.kind === kind).map(({ subject }) => subject);
  return {
    aliases: entries.map(({ alias }) => alias),
    groups: [...new Set([...entries.flatMap(({ groups }) => groups), ...known.flatMap(({ groups }) => groups)])],
    roles: [...new Set(entries.map(({ role }) => role))],
    agents: subjects(TokenKind.AGENT),
    programs: subjects(TokenKind.PROGRAM),
    tokens: known.map(({ tokenId }) => toHex(tokenId)),
    tools: tools.everyTool(),
  };
}
