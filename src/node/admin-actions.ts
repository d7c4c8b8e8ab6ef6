/** What AdminService does on this node. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  AddTrustResponseSchema,
  CreateInviteResponseSchema,
  CreateTokenResponseSchema,
  GetStatusResponseSchema,
  JoinResponseSchema,
  LinkState,
  ListLinksResponseSchema,
  ReloadResponseSchema,
  RemoveTrustResponseSchema,
  RotateKeyResponseSchema,
  type Route,
  type TokenInfo,
  TokenInfoSchema,
} from '../../gen/towline/v1/admin_service_pb.ts';
import type { InviteBody } from '../../gen/towline/v1/invite_pb.ts';
import type { Node } from '../../gen/towline/v1/node_pb.ts';
import { LocalError } from '../base/errors.ts';
import type { MethodEntry } from '../rpc/registry.ts';
import type { AdminActions } from '../services/admin/service.ts';
import type { LocalTools } from '../services/tool/local-tools.ts';
import type { AddressBook } from '../trust/address-book.ts';
import type { Identity } from '../trust/identity.ts';
import { createInvite, inviteExpireMs } from '../trust/invite.ts';
import type { Invites } from '../trust/invites.ts';
import type { Keyring } from '../trust/keyring.ts';
import { aliasTakenError } from '../trust/keyring-entries.ts';
import { parseNodeId } from '../trust/node-id.ts';
import { groupOf } from '../trust/roster/roster.ts';
import type { Rosters } from '../trust/rosters.ts';
import type { TokenInfo as KnownToken, Tokens } from '../trust/tokens.ts';
import { joinByInvite } from './group/join.ts';
import type { HubChoice } from './hub/choice.ts';
import { type JoinClientAt, openInvite, redeemInvite } from './join-mesh.ts';
import type { LinkBoard } from './link-board.ts';
import { aliasFrom } from './name.ts';
import { checkNotSelf } from './own-key.ts';
import type { Peers } from './peers.ts';
import type { Rotated } from './rotation.ts';
import { checkScopes } from './token-scopes.ts';
import type { Visitors } from './visitors.ts';

const defaultGroup = 'home';
const defaultTokenMs = 90 * 24 * 60 * 60_000;
const defaultWatchMs = 1_000;

export interface AdminParts {
  readonly identity: Identity;
  readonly keyring: Keyring;
  readonly rosters: Rosters;
  readonly book: AddressBook;
  readonly invites: Invites;
  readonly tokens: Tokens;
  readonly peers: Peers;
  /** How many agents are here. */
  readonly agentCount: () => number;
  readonly hubs: HubChoice;
  readonly visitors: Visitors;
  readonly tools: LocalTools;
  readonly self: () => Node;
  readonly listenAddresses: () => string[];
  readonly advertiseAddresses: () => string[];
  readonly links: LinkBoard;
  readonly routes: () => Route[];
  readonly refused: () => Record<string, number>;
  readonly configErrors: () => string[];
  readonly warnings: () => string[];
  /** All methods that this node serves: tokens are made for these. */
  readonly methods: () => MethodEntry[];
  readonly reload: () => Promise<void>;
  readonly rotate: (graceMs: number | undefined) => Promise<Rotated>;
  readonly shutdown: () => void;
  readonly joinClientAt: JoinClientAt;
  /** A key was added or its addresses changed: look at it again, and dial it if it shall be dialed. */
  readonly onTrust: (nodeId: Uint8Array) => Promise<void>;
}

export function createAdminActions(parts: AdminParts): AdminActions {
  const { identity, keyring, rosters, book, invites, tokens, peers } = parts;
  const startTime = timestampFromMs(Math.round(Date.now() - process.uptime() * 1_000));

  async function trust(nodeId: Uint8Array, alias: string, asked: string) {
    checkNotSelf(identity, nodeId);
    const group = asked || defaultGroup;
    const isKnown = keyring.byId(nodeId)?.groups.includes(group);
    if (rosters.has(group) && !isKnown) throw groupHasRoster(group);
    return keyring.add({ nodeId, alias, group });
  }

  /** Looks before the invite is used up. */
  function checkRoster(name: string, { group, groupId }: InviteBody): void {
    if (groupId.length > 0) rosters.checkJoin(name, { group, groupId });
    else if (rosters.has(name)) throw groupHasRoster(name);
  }

  /** The key that an alias or a key in text means; none for an empty text. */
  function keyOf(peer: string): Uint8Array | undefined {
    if (peer === '') return undefined;
    const nodeId = keyring.byAlias(peer)?.nodeId ?? nodeIdOrNothing(peer);
    if (nodeId.length === 0) throw unknownPeer(peer);
    return nodeId;
  }

  async function peerOf(nodeId: Uint8Array) {
    await parts.onTrust(nodeId);
    const peer = peers.byAlias(keyring.byId(nodeId)?.alias ?? '');
    if (!peer) throw new LocalError('PEER_UNKNOWN', 'the key was removed again');
    return peer;
  }

  return {
    async status() {
      return create(GetStatusResponseSchema, {
        node: parts.self(),
        listenAddresses: parts.listenAddresses(),
        advertiseAddresses: parts.advertiseAddresses(),
        pid: process.pid,
        startTime,
        linkCount: parts.links.list({ states: [LinkState.OPEN] }).length,
        peerCount: keyring.entries().length,
        agentCount: parts.agentCount(),
        upstreams: parts.tools.sources.map((source) => source.status()),
        configErrors: parts.configErrors(),
        warnings: parts.warnings(),
        hubs: parts.hubs.status(),
        residentBytes: BigInt(process.memoryUsage.rss()),
        refusedConnections: Object.fromEntries(
          Object.entries(parts.refused()).map(([why, count]) => [why, BigInt(count)]),
        ),
      });
    },

    links: ({ peer, states }) =>
      create(ListLinksResponseSchema, { links: parts.links.list({ nodeId: keyOf(peer), states }) }),

    watchLinks: ({ peer, intervalMs = defaultWatchMs }, signal) => parts.links.watch(keyOf(peer), intervalMs, signal),

    routes: () => parts.routes(),

    async createInvite({ group: asked, alias, lifetimeSeconds }) {
      const holder = alias === '' ? undefined : keyring.byAlias(alias);
      if (holder) throw aliasTakenError(holder);
      const name = asked || defaultGroup;
      // Members that only this node knew would be no members: where there is a roster, an owner invites.
      const group = rosters.has(name) ? groupOf(rosters.owned(name).roster) : { group: name };
      const { text, body } = createInvite(identity, {
        addresses: parts.advertiseAddresses(),
        ...group,
        alias: alias || undefined,
        inviterName: parts.self().displayName,
        lifetimeMs: lifetimeSeconds === undefined ? undefined : lifetimeSeconds * 1_000,
      });
      await invites.record(body);
      return create(CreateInviteResponseSchema, {
        invite: text,
        group: body.group,
        expireTime: timestampFromMs(inviteExpireMs(body)),
      });
    },

    async join(request) {
      const opened = openInvite(request.invite);
      const { inviterId, inviterName, group, groupId } = opened.body;
      checkNotSelf(identity, inviterId);
      const alias = request.alias || (keyring.byId(inviterId)?.alias ?? aliasFrom(inviterName));
      const holder = keyring.byAlias(alias);
      if (holder && keyring.byId(inviterId) !== holder) throw aliasTakenError(holder);
      const proposedAlias = request.proposedAlias || aliasFrom(parts.self().displayName);
      const own = { proposedAlias, addresses: parts.advertiseAddresses() };
      const name = request.group || (rosters.find({ group, groupId })?.name ?? group);
      checkRoster(name, opened.body);
      const redeemed = await redeemInvite(opened, own, parts.joinClientAt);
      const { address, ownAlias } = redeemed;
      if (groupId.length === 0) await trust(inviterId, alias, name);
      else
        await joinByInvite(rosters, keyring, redeemed, { name, alias: request.alias, isMerged: request.group !== '' });
      await book.learn(inviterId, opened.body.addresses, 'invite');
      await book.markSuccess(inviterId, address);
      await book.setDial(inviterId, true);
      const peer = await peerOf(inviterId);
      await parts.hubs.joined(redeemed.hubId);
      return create(JoinResponseSchema, { peer, ownAlias, hubAlias: parts.hubs.hubOf('channels') ?? 'self' });
    },

    async addTrust({ nodeId, alias, group, addresses, dial }) {
      await trust(nodeId, alias, group);
      if (addresses.length > 0) await book.learn(nodeId, addresses, 'manual');
      if (dial) await book.setDial(nodeId, true);
      return create(AddTrustResponseSchema, { peer: await peerOf(nodeId) });
    },

    async removeTrust({ peer, group }) {
      const entry = keyring.byAlias(peer) ?? keyring.byId(nodeIdOrNothing(peer));
      if (!entry) throw unknownPeer(peer);
      const groups = await keyring.remove(entry.nodeId, group || undefined);
      const revoked = keyring.byId(entry.nodeId) === undefined;
      if (revoked) await book.forget(entry.nodeId);
      return create(RemoveTrustResponseSchema, { groups, revoked });
    },

    async createToken({ kind, subject, groups, lifetimeSeconds, scopes, clientKey }) {
      checkScopes(kind, scopes, parts.methods());
      const lifetimeMs = lifetimeSeconds === undefined ? defaultTokenMs : lifetimeSeconds * 1_000;
      const { text, info } = await tokens.create({ kind, subject, groups, scopes, clientKey, lifetimeMs });
      return create(CreateTokenResponseSchema, { token: text, info: tokenInfo(info) });
    },

    tokens: async () => tokens.list().map(tokenInfo),

    async revokeToken(tokenId) {
      await tokens.revoke(tokenId);
      parts.visitors.end(tokenId);
    },

    async rotateKey({ graceSeconds }) {
      const rotated = await parts.rotate(graceSeconds === undefined ? undefined : graceSeconds * 1_000);
      return create(RotateKeyResponseSchema, rotated);
    },

    async reload() {
      await keyring.reload();
      await parts.reload();
      return create(ReloadResponseSchema, { configErrors: parts.configErrors() });
    },

    shutdown: () => parts.shutdown(),
  };
}

/** The key that a person typed; no key at all for a text that is none. */
function nodeIdOrNothing(text: string): Uint8Array {
  try {
    return parseNodeId(text);
  } catch (error) {
    if (error instanceof LocalError) return new Uint8Array(0);
    throw error;
  }
}

/** A key that only this node knows is no member. */
function groupHasRoster(group: string): LocalError {
  return new LocalError('GROUP_HAS_ROSTER', `the members of the group "${group}" are those of its roster`, {
    help: `let it in for all: towline group add ${group} NODE-ID ALIAS; or trust it here alone, in a group without a roster`,
  });
}

function unknownPeer(peer: string) {
  return new LocalError('PEER_UNKNOWN', `no peer has the alias or key ${peer}`, {
    help: 'list the peers with `towline peers`',
  });
}

function tokenInfo(known: KnownToken): TokenInfo {
  const { createMs, expireMs, lastUseMs, ...rest } = known;
  return create(TokenInfoSchema, {
    ...rest,
    groups: [...rest.groups],
    scopes: [...rest.scopes],
    createTime: timestampFromMs(createMs),
    ...(expireMs === undefined ? {} : { expireTime: timestampFromMs(expireMs) }),
    ...(lastUseMs === undefined ? {} : { lastUseTime: timestampFromMs(lastUseMs) }),
  });
}
