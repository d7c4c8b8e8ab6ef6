/** Whom a rule is about, and what a caller is. Both are texts such as "peer:desk": a rule matches who has one of its. */
import type { Principal } from '../../rpc/principal.ts';
import { formatNodeId } from '../../trust/node-id.ts';

/** What the keyring and the rosters of this node say of a key. */
export interface KnownKey {
  readonly alias: string;
  /** Empty if there is none. */
  readonly role: string;
  readonly groups: readonly string[];
}

/** Looks a key up. Asked anew after each change: a name that a key had before gives it nothing. */
export type LookUp = (nodeId: Uint8Array) => KnownKey | undefined;

/** A caller as rules see it. */
export interface Subject {
  /** Every selector that is about it. */
  readonly selectors: ReadonlySet<string>;
  readonly isOwner: boolean;
  readonly kind: string;
  /** Its alias, or what its token calls it. */
  readonly name: string;
  readonly groups: readonly string[];
  readonly role: string;
  /** In hex. */
  readonly token: string;
  /** `did:key:…` */
  readonly key: string;
  readonly isRelayed: boolean;
}

/** Selectors that go by what a peer says. */
const CLAIM = 'acting:';

/** The agents that a rule's `who` names by what peers say of them. */
export function claimsIn(who: readonly string[]): string[] {
  return who.filter((selector) => selector.startsWith(CLAIM)).map((selector) => selector.slice(CLAIM.length));
}

/** Everybody but the owner: who names the owner means it. */
export const EVERYBODY = '*';
export const OWNER = 'owner';

export function subjectOf(principal: Principal, lookUp: LookUp): Subject {
  const { kind, nodeId, tokenId = '', isRelayed = false } = principal;
  const known = kind === 'peer' && nodeId ? lookUp(nodeId) : undefined;
  // A peer that the keyring does not have any more has no name: its link ends in a moment.
  const name = kind === 'peer' ? (known?.alias ?? '') : principal.name;
  const groups = kind === 'peer' ? (known?.groups ?? []) : [...principal.groups];
  const role = known?.role ?? '';
  const key = nodeId ? formatNodeId(nodeId) : '';
  const isOwner = kind === 'owner';
  const selectors = new Set(isOwner ? [OWNER] : [EVERYBODY, `${kind}:*`]);
  if (!isOwner && name !== '') selectors.add(`${kind}:${name}`);
  for (const group of groups) selectors.add(`group:${group}`);
  if (role !== '') selectors.add(`role:${role}`);
  if (tokenId !== '') selectors.add(`token:${tokenId}`);
  // A key that came with a token is not who calls.
  if (kind === 'peer' && key !== '') selectors.add(`key:${key}`);
  return { selectors, isOwner, kind, name, groups, role, token: tokenId, key, isRelayed };
}
