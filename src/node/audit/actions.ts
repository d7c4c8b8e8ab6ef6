/** What is recorded of the owner's doings beside the calls themselves: whom the node trusts, and which tokens it made. */
import { create } from '@bufbuild/protobuf';
import { TokenInfoSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { AdminActions } from '../../services/admin/service.ts';
import type { GroupActions } from '../../services/group/service.ts';
import type { JoinActions } from '../../services/join/service.ts';
import type { AuditEvent, Note } from '../../services/record.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

type Told = AuditEvent | undefined;
type Teller<F> = F extends (...args: infer Args) => infer R ? (answer: Awaited<R>, ...args: Args) => Told : never;
type Tellers<A> = { readonly [M in keyof A]?: Teller<A[M]> };

/** The same actions; each of the named ones is recorded when it has worked. */
function recorded<A extends object>(actions: A, note: Note, tellers: Tellers<A>, principal?: Principal): A {
  const told = Object.entries(tellers).map(([name, tell]) => {
    const action = actions[name as keyof A] as (...args: unknown[]) => unknown;
    const teller = tell as (answer: unknown, ...args: unknown[]) => Told;
    const both = async (...args: unknown[]) => {
      const answer = await action(...args);
      const event = teller(answer, ...args);
      if (event) note({ principal, event });
      return answer;
    };
    return [name, both] as const;
  });
  return { ...actions, ...Object.fromEntries(told) };
}

export function recordedAdmin(actions: AdminActions, note: Note): AdminActions {
  const tellers: Tellers<AdminActions> = {
    createInvite: ({ group = '' }, { alias }) => trust('invited', { alias, groups: [group] }),
    join: ({ peer }) => trust('joined', { nodeId: peer?.node?.nodeId, alias: peer?.node?.alias }),
    createToken: ({ info }) => info && token('created', create(TokenInfoSchema, info)),
    revokeToken: (_, tokenId) => token('revoked', { tokenId }),
  };
  return recorded(actions, note, tellers, owner);
}

export function recordedGroups(actions: GroupActions, note: Note): GroupActions {
  const tellers: Tellers<GroupActions> = {
    create: ({ name }) => trust('founded', { groups: [name] }),
    add: (_, { group, alias, nodeId }) => trust('member-added', { groups: [group], alias, nodeId }),
    remove: (_, { group, member }) => trust('member-removed', { groups: [group], alias: member }),
    own: (_, { group, member }) => trust('owner-added', { groups: [group], alias: member }),
    disown: (_, { group, member }) => trust('owner-removed', { groups: [group], alias: member }),
    join: ({ name }, { peer }) => trust('group-joined', { groups: [name], alias: peer }),
    leave: (_, name) => trust('group-left', { groups: [name] }),
    rename: (_, { group, member, alias }) => trust('renamed', { groups: [group], alias: alias || member }),
  };
  return recorded(actions, note, tellers, owner);
}

/** Who joins is let in by an invite, and asks for itself. */
export function recordedJoin(actions: JoinActions, note: Note): JoinActions {
  const tellers: Tellers<JoinActions> = {
    trust: ({ alias }, { group }, nodeId) => trust('let-in', { nodeId, alias, groups: [group] }),
  };
  return recorded(actions, note, tellers);
}

interface TrustFacts {
  readonly nodeId?: Uint8Array | undefined;
  readonly alias?: string | undefined;
  readonly groups?: readonly string[];
}

export function trust(change: string, { nodeId, alias, groups = [] }: TrustFacts): AuditEvent {
  const facts = { change, alias: alias ?? '', groups: groups.slice(0, 64), nodeId: nodeId ?? new Uint8Array(0) };
  return { case: 'trust', value: facts };
}

interface TokenFacts {
  readonly tokenId: Uint8Array;
  readonly kind?: number;
  readonly subject?: string;
  readonly groups?: string[];
  readonly scopes?: string[];
}

/** `towline.v1.TokenKind`, in words. */
const KINDS = ['', 'owner', 'agent', 'program'];

function token(change: string, { tokenId, kind = 0, subject = '', groups = [], scopes = [] }: TokenFacts): AuditEvent {
  const facts = { change, tokenId: toHex(tokenId), kind: KINDS[kind] ?? '', subject, groups, scopes };
  return { case: 'token', value: facts };
}
