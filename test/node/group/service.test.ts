import { createClient } from '@connectrpc/connect';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Access } from '../../../gen/towline/v1/access_pb.ts';
import { GroupService } from '../../../gen/towline/v1/group_service_pb.ts';
import { RosterService } from '../../../gen/towline/v1/roster_service_pb.ts';
import { silentLog } from '../../../src/base/log.ts';
import { rosterView } from '../../../src/node/group/view.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { accessOf } from '../../../src/rpc/interceptors/access.ts';
import { createLocalTransport } from '../../../src/rpc/local-transport.ts';
import { type Principal, stranger } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { createRosterService } from '../../../src/services/roster/service.ts';
import { createIdentity } from '../../../src/trust/identity.ts';
import { Keyring } from '../../../src/trust/keyring.ts';
import { memberInForce } from '../../../src/trust/roster/held.ts';
import { Rosters } from '../../../src/trust/rosters.ts';
import { scratchFolder } from '../../store/scratch.ts';
import { newNodeId } from '../../trust/support.ts';

const [bob, eve] = [newNodeId(), newNodeId()];

/** The RosterService of an owner's node, with Bob in the group `team`; what callers of every kind get of it. */
async function start() {
  const home = scratchFolder();
  const identity = await createIdentity(home);
  const keyring = await Keyring.open(home, { pollMs: 60_000 });
  const rosters = await Rosters.open({ home, identity, keyring, log: silentLog });
  onTestFinished(() => {
    rosters.close();
    keyring.close();
  });
  await rosters.create('team', [
    { nodeId: identity.nodeId, alias: 'ann' },
    { nodeId: bob, alias: 'bob' },
  ]);
  const registry = new ServiceRegistry({ log: silentLog });
  registry.add(RosterService, createRosterService(rosterView(rosters, silentLog)));
  const as = (principal: Principal) => createClient(RosterService, createLocalTransport(registry, principal));
  return { as, rosters, query: { group: 'team', groupId: identity.nodeId } };
}

const peer = (nodeId: Uint8Array): Principal => ({ kind: 'peer', name: 'peer', groups: new Set(['team']), nodeId });
const program: Principal = { kind: 'program', name: 'ci', groups: new Set(['team']), tokenId: 'aa' };
const agent: Principal = { kind: 'agent', name: 'claude', groups: new Set(), tokenId: 'bb' };

async function reason(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => 'it worked',
    (error: unknown) => reasonOf(error),
  );
}

describe('RosterService', () => {
  it('gives the roster to members alone; for others the group does not exist', async () => {
    const { as, query, rosters } = await start();
    expect((await as(peer(bob)).getRoster(query)).roster).toEqual(rosters.get('team').roster.signed);
    expect((await as(peer(bob)).getRoster({ group: 'team' })).roster).toBeDefined();
    expect(await reason(as(peer(eve)).getRoster(query))).toBe('GROUP_UNKNOWN');
    expect(await reason(as(peer(eve)).getRoster({ group: 'team' }))).toBe('GROUP_UNKNOWN');
    expect(await reason(as(peer(bob)).getRoster({ group: 'team', groupId: eve }))).toBe('GROUP_UNKNOWN');
    for (const other of [program, agent]) expect(await reason(as(other).getRoster(query))).toBe('PEERS_ONLY');
    expect(await reason(as(stranger).getRoster(query))).toBe('UNAUTHENTICATED');
  });

  it('tells a member of each new version, until it is one no more', async () => {
    const { as, rosters } = await start();
    const heads = as(peer(bob)).watchRosters({})[Symbol.asyncIterator]();
    const version = async () => (await heads.next()).value?.head?.version;
    expect(await version()).toBe(1n);
    const nothing = as(peer(eve)).watchRosters({})[Symbol.asyncIterator]();
    const unasked = nothing.next();
    await rosters.edit('team', (draft) => draft.admit({ nodeId: newNodeId(), alias: 'carl' }));
    expect(await version()).toBe(2n);
    await rosters.edit('team', (draft) => draft.admit({ nodeId: eve, alias: 'eve' }));
    expect((await unasked).value?.head).toMatchObject({ group: 'team', version: 3n });
    await heads.return?.();
    await nothing.return?.();
  });

  it('lets a member take itself out, and nobody else', async () => {
    const { as, query, rosters } = await start();
    expect(await reason(as(peer(eve)).resignMember(query))).toBe('GROUP_UNKNOWN');
    expect(await reason(as(program).resignMember(query))).toBe('PEERS_ONLY');
    await as(peer(bob)).resignMember(query);
    expect(memberInForce(rosters.get('team'), bob)).toBeUndefined();
    expect(await reason(as(peer(bob)).getRoster(query))).toBe('GROUP_UNKNOWN');
  });

  it('keeps an owner in', async () => {
    const { as, query, rosters } = await start();
    await rosters.edit('team', (draft) => draft.own(bob));
    expect(await reason(as(peer(bob)).resignMember(query))).toBe('GROUP_OWNER_STAYS');
  });
});

describe('GroupService', () => {
  it('is for the owner of the node in every method', () => {
    const methods = Object.values(GroupService.method);
    expect(methods.length).toBeGreaterThan(8);
    for (const method of methods) expect([method.name, accessOf(method)]).toEqual([method.name, Access.OWNER]);
  });
});
