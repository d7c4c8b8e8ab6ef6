/** What GroupService does on this node. */
import { type Client, ConnectError } from '@connectrpc/connect';
import type { RosterService } from '../../../gen/towline/v1/roster_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { LocalError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { reasonOf } from '../../rpc/failure.ts';
import type { GroupActions } from '../../services/group/service.ts';
import { checkAddress } from '../../trust/address.ts';
import type { AddressBook } from '../../trust/address-book.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { aliasTakenError } from '../../trust/keyring-entries.ts';
import { isName } from '../../trust/names.ts';
import { checkNodeId, parseNodeId } from '../../trust/node-id.ts';
import type { NewMember } from '../../trust/roster/edit.ts';
import { type HeldGroup, membersOf } from '../../trust/roster/held.ts';
import { placeOf } from '../../trust/roster/owners.ts';
import { memberUnknown, rosterForeign } from '../../trust/roster/problems.ts';
import { groupOf, verifyRoster } from '../../trust/roster/roster.ts';
import type { Rosters } from '../../trust/rosters.ts';
import { showGroup, showGroups, showMembers } from './show.ts';
import { ownerStays } from './view.ts';

export interface GroupParts {
  readonly identity: Identity;
  readonly rosters: Rosters;
  readonly keyring: Keyring;
  readonly book: AddressBook;
  /** What this node calls itself, as an alias. */
  readonly ownAlias: () => string;
  readonly ownAddresses: () => string[];
  /** RosterService of a peer, dialed when it is called. */
  readonly rosterClient: (nodeId: Uint8Array) => Client<typeof RosterService>;
  readonly log: Log;
}

const OUT: ReadonlySet<string> = new Set(['GROUP_UNKNOWN', 'LINK_UNTRUSTED']);

/** A peer answers in this time, or is not there. */
const askMs = 10_000;

export function createGroupActions(parts: GroupParts): GroupActions {
  const { identity, rosters, keyring, book, log } = parts;
  const show = { nodeId: identity.nodeId, rosters, keyring };

  async function knownMembers(group: string): Promise<NewMember[]> {
    const known = keyring.entries().filter(({ groups }) => groups.includes(group));
    return Promise.all(
      known.map(async ({ nodeId, alias, role }) => {
        const { addresses } = await book.get(nodeId);
        return { nodeId, alias, role, addresses: addresses.map(({ address }) => address) };
      }),
    );
  }

  /** Asks the owners, one after the other, to take this node out. */
  async function resign(held: HeldGroup): Promise<boolean> {
    for (const owner of held.roster.chain.owners) {
      if (!keyring.byId(owner)) continue;
      // The owner that takes this node out may cut the link before its answer is through: then it says so to a second ask.
      if ((await asked(held, owner)) || (await asked(held, owner))) return true;
    }
    return false;
  }

  async function asked(held: HeldGroup, owner: Uint8Array): Promise<boolean> {
    try {
      await parts.rosterClient(owner).resignMember(groupOf(held.roster), { timeoutMs: askMs });
      return true;
    } catch (error) {
      // Whoever does not know this node as a member, or at all, has taken it out.
      if (OUT.has(reasonOf(error) ?? '')) return true;
      log.info('an owner was not told', { group: held.name, error: ConnectError.from(error).rawMessage });
      return false;
    }
  }

  return {
    async create({ name, alias, lifetimeSeconds }) {
      const own = { nodeId: identity.nodeId, alias: alias || parts.ownAlias(), addresses: parts.ownAddresses() };
      const holder = keyring.byAlias(own.alias);
      if (holder?.groups.includes(name)) throw aliasTakenError(holder);
      const lifetimeMs = lifetimeSeconds === undefined ? undefined : lifetimeSeconds * 1_000;
      return showGroup(show, await rosters.create(name, [own, ...(await knownMembers(name))], lifetimeMs));
    },

    list: () => showGroups(show),

    show(name) {
      const held = rosters.get(name);
      return { group: showGroup(show, held), members: showMembers(show, held) };
    },

    async add({ group, nodeId, alias, role, addresses }) {
      checkNodeId(nodeId);
      addresses.forEach(checkAddress);
      const where = addresses.length > 0 ? { addresses } : {};
      const what = role === '' ? {} : { role };
      const admit: NewMember = { nodeId, alias, ...what, ...where };
      return showGroup(show, await rosters.edit(group, (draft) => draft.admit(admit)));
    },

    async remove({ group, member }) {
      const { nodeId } = rosters.memberOf(rosters.owned(group), member, keyOf(member));
      if (equalBytes(nodeId, identity.nodeId)) throw ownerStays(group);
      return showGroup(show, await rosters.edit(group, (draft) => draft.revoke(nodeId)));
    },

    async own({ group, member }) {
      const { nodeId } = rosters.memberOf(rosters.owned(group), member, keyOf(member));
      return showGroup(show, await rosters.edit(group, (draft) => draft.own(nodeId)));
    },

    async disown({ group, member }) {
      const { nodeId } = rosters.memberOf(rosters.owned(group), member, keyOf(member));
      const edited = await rosters.edit(group, (draft, { roster }) => {
        if (placeOf(roster.chain.owners, nodeId) === -1) throw notAnOwner(group, member);
        if (roster.chain.owners.length === 1) throw lastOwner(group);
        draft.disown(nodeId);
      });
      return showGroup(show, edited);
    },

    async join({ peer, group, name }) {
      const entry = keyring.byAlias(peer);
      if (!entry) throw new LocalError('PEER_UNKNOWN', `no peer has the alias ${peer}`, { help: 'towline peers' });
      const asked = { group, groupId: new Uint8Array(0) };
      const { roster } = await parts.rosterClient(entry.nodeId).getRoster(asked, { timeoutMs: askMs });
      if (!roster) throw rosterForeign();
      const verified = verifyRoster(roster);
      // A person trusts this peer and names it: whoever is no owner could give a group of its own making.
      if (placeOf(verified.chain.owners, entry.nodeId) === -1) throw askAnOwner(peer, group);
      // The name that the person typed, not one that the peer chose: what is shared with a group goes by its name.
      const options = { group: groupOf(verified), name: name || group, isMerged: name !== '' };
      return showGroup(show, await rosters.join(roster, options));
    },

    async leave(name) {
      const held = rosters.byName(name);
      const isAlone = held && membersOf(held).length <= 1;
      if (held && !isAlone && rosters.isOwner(held)) throw ownerStays(name);
      const resigned = held === undefined || isAlone || (await resign(held));
      await rosters.leave(name);
      return resigned;
    },

    async rename({ group, member, alias }) {
      const { nodeId } = rosters.memberOf(rosters.get(group), member, keyOf(member));
      return showGroup(show, await rosters.setAlias(group, nodeId, alias));
    },
  };
}

/** A name that is too long or has a colon is no alias. Throws NODE_ID_INVALID. */
function keyOf(member: string): Uint8Array | undefined {
  return isName(member) ? undefined : parseNodeId(member);
}

function notAnOwner(group: string, member: string): LocalError {
  return memberUnknown(group, `${member} that is an owner`);
}

function lastOwner(group: string): LocalError {
  return new LocalError('LAST_OWNER', `this is the only owner of the group "${group}"`, {
    help: `name another one first: towline group owner add ${group} MEMBER`,
  });
}

function askAnOwner(peer: string, group: string): LocalError {
  return new LocalError('NOT_GROUP_OWNER', `${peer} is no owner of its group "${group}"`, {
    help: 'join by a peer that is an owner of the group, or with an invite: towline join',
  });
}
