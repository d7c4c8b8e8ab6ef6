import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type SignedRoster, SignedRosterSchema } from '../../../gen/towline/v1/roster_pb.ts';
import {
  GetRosterResponseSchema,
  RosterHeadSchema,
  RosterService,
  WatchRostersResponseSchema,
} from '../../../gen/towline/v1/roster_service_pb.ts';
import { createLog, type LogRecord, silentLog } from '../../../src/base/log.ts';
import { watchPeer } from '../../../src/node/group/exchange.ts';
import { createLocalTransport } from '../../../src/rpc/local-transport.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { createIdentity } from '../../../src/trust/identity.ts';
import { Keyring } from '../../../src/trust/keyring.ts';
import type { HeldGroup } from '../../../src/trust/roster/held.ts';
import { groupOf } from '../../../src/trust/roster/roster.ts';
import { type Head, Rosters } from '../../../src/trust/rosters.ts';
import { scratchFolder } from '../../store/scratch.ts';
import { memberOf } from '../../trust/roster/support.ts';
import { newNodeId } from '../../trust/support.ts';

async function open() {
  const home = scratchFolder();
  const identity = await createIdentity(home);
  const keyring = await Keyring.open(home, { pollMs: 60_000 });
  const rosters = await Rosters.open({ home, identity, keyring, log: silentLog });
  onTestFinished(() => {
    rosters.close();
    keyring.close();
  });
  return { identity, keyring, rosters };
}

/** An owner, a member, and a peer that says to the member whatever the test wants. */
async function start(answer: (newer: HeldGroup) => SignedRoster | undefined) {
  const [ann, bob] = [await open(), await open()];
  const held = await ann.rosters.create('team', [memberOf(ann.identity, 'ann'), memberOf(bob.identity, 'bob')]);
  await bob.rosters.join(held.roster.signed, { group: groupOf(held.roster), name: 'team', isMerged: false });
  const carl = newNodeId();
  const newer = await ann.rosters.edit('team', (draft) => draft.admit({ nodeId: carl, alias: 'carl' }));
  let fetched = 0;
  const registry = new ServiceRegistry({ log: silentLog });
  registry.add(RosterService, {
    async *watchRosters() {
      const head: Head = { ...ann.rosters.head(newer), version: 99n };
      for (let n = 0; n < 200; n++) {
        const hash = head.hash.slice().fill(n);
        yield create(WatchRostersResponseSchema, { head: create(RosterHeadSchema, { ...head, hash }) });
        await sleep(1);
      }
    },
    getRoster() {
      fetched++;
      return create(GetRosterResponseSchema, { roster: answer(newer) ?? held.roster.signed });
    },
    resignMember: () => ({}),
  });
  const peer = { kind: 'peer', name: 'peer', groups: new Set(['team']), nodeId: newNodeId() } as const;
  const client = createClient(RosterService, createLocalTransport(registry, peer));
  const records: LogRecord[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  void watchPeer(
    client,
    bob.rosters,
    createLog((record) => records.push(record)),
    stop.signal,
  );
  return { bob, carl, records, fetched: () => fetched };
}

describe('rosters that a peer gives', () => {
  it('are taken if an owner signed them', async () => {
    const { bob, carl } = await start(({ roster }) => roster.signed);
    await vi.waitFor(() => expect(bob.keyring.byId(carl)?.alias).toBe('carl'), 10_000);
  });

  it('change nothing if they are forged; the peer is not asked again soon, and the log says why', async () => {
    const { bob, carl, records, fetched } = await start(({ roster }) =>
      create(SignedRosterSchema, { ...roster.signed, signature: new Uint8Array(64).fill(7) }),
    );
    await vi.waitFor(
      () => expect(records).toMatchObject([{ level: 'warn', fields: { reason: 'ROSTER_INVALID' } }]),
      10_000,
    );
    await sleep(300);
    expect([fetched(), bob.keyring.byId(carl)]).toEqual([1, undefined]);
  });

  it('are not fetched for each of many announcements that hold nothing', async () => {
    const { fetched } = await start(() => undefined);
    await vi.waitFor(() => expect(fetched()).toBeGreaterThan(0), 10_000);
    await sleep(400);
    expect(fetched()).toBeLessThanOrEqual(2);
  });
});
