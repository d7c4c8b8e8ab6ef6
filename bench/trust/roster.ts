/** A roster of a thousand members: verified, on the disk, and in force. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { createIdentity, type Identity } from '../../src/trust/identity.ts';
import { Keyring } from '../../src/trust/keyring.ts';
import type { NewMember } from '../../src/trust/roster/edit.ts';
import { groupOf } from '../../src/trust/roster/roster.ts';
import { Rosters } from '../../src/trust/rosters.ts';
import { rawPublicKey } from '../../src/trust/signature.ts';
import { type Figure, median } from '../lib/figures.ts';

const members = 1_000;
const rounds = 15;

export async function rosterFigures(note: (text: string) => void): Promise<Figure[]> {
  note(`taking rosters of ${members} members`);
  await using owner = await openHome();
  await using reader = await openHome();
  const others = Array.from({ length: members - 2 }, (_, n) => newMember(`m${n}`));
  const own = [memberOf(owner.identity, 'owner'), memberOf(reader.identity, 'reader')];
  const joinMs: number[] = [];
  const updateMs: number[] = [];
  await owner.rosters.create('team', [...own, ...others]);
  for (let round = 0; round < rounds; round++) {
    const held = owner.rosters.get('team');
    const { roster } = held;
    const options = { group: groupOf(roster), name: 'team', isMerged: false };
    joinMs.push(await timed(() => reader.rosters.join(roster.signed, options)));
    const gone = others.shift()?.nodeId ?? new Uint8Array(0);
    const next = await owner.rosters.edit('team', (draft) => draft.revoke(gone));
    updateMs.push(await timed(() => reader.rosters.offer(next.roster.signed, options.group)));
    await reader.rosters.leave('team');
    const added = newMember(`late${round}`);
    others.push(added);
    await owner.rosters.edit('team', (draft) => draft.admit(added));
  }
  return [
    { name: 'roster_1000_join_ms', value: median(joinMs), unit: 'ms', target: 50, better: 'lower' },
    { name: 'roster_1000_update_ms', value: median(updateMs), unit: 'ms', target: 50, better: 'lower' },
  ];
}

interface Home extends AsyncDisposable {
  readonly identity: Identity;
  readonly rosters: Rosters;
}

async function openHome(): Promise<Home> {
  const home = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  const identity = await createIdentity(home);
  const keyring = await Keyring.open(home);
  const rosters = await Rosters.open({ home, identity, keyring, log: silentLog });
  return {
    identity,
    rosters,
    async [Symbol.asyncDispose]() {
      rosters.close();
      keyring.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function memberOf({ nodeId }: Identity, alias: string): NewMember {
  return { nodeId, alias, addresses: ['192.0.2.1:7433'] };
}

function newMember(alias: string): NewMember {
  const nodeId = rawPublicKey(generateKeyPairSync('ed25519').publicKey);
  return { nodeId, alias, addresses: ['192.0.2.1:7433', '[2001:db8::1]:7433'] };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
