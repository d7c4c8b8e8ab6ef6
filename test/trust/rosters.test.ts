import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLog, type LogRecord } from '../../src/base/log.ts';
import { createIdentity, type Identity } from '../../src/trust/identity.ts';
import { Keyring } from '../../src/trust/keyring.ts';
import { formatNodeId } from '../../src/trust/node-id.ts';
import type { HeldGroup } from '../../src/trust/roster/held.ts';
import { groupOf } from '../../src/trust/roster/roster.ts';
import { Rosters } from '../../src/trust/rosters.ts';
import { scratchFolder } from '../store/scratch.ts';
import { memberOf, next, T0 } from './roster/support.ts';
import { bestMicroseconds, Clock, failing, newIdentity, newNodeId } from './support.ts';

/** A node, as far as trust goes. */
class Home {
  readonly path = scratchFolder();
  readonly clock = new Clock();
  readonly records: LogRecord[] = [];
  identity!: Identity;
  keyring!: Keyring;
  rosters!: Rosters;

  static async start(): Promise<Home> {
    const home = new Home();
    home.identity = await createIdentity(home.path);
    await home.open();
    return home;
  }

  async open(): Promise<void> {
    const log = createLog((record) => this.records.push(record), 'debug');
    this.keyring = await Keyring.open(this.path, { pollMs: 60_000 });
    const { identity, keyring } = this;
    this.rosters = await Rosters.open({ home: this.path, identity, keyring, log, now: this.clock.now });
    const { rosters } = this;
    onTestFinished(() => {
      rosters.close();
      keyring.close();
    });
  }

  file(name: string): string {
    return join(this.path, 'trust', name);
  }

  get nodeId(): Uint8Array {
    return this.identity.nodeId;
  }

  get aliases(): string[] {
    return this.keyring.entries().map(({ alias }) => alias);
  }

  /** Joins the group that another holds. */
  join(held: HeldGroup, name = held.name, isMerged = false): Promise<HeldGroup> {
    return this.rosters.join(held.roster.signed, { group: groupOf(held.roster), name, isMerged });
  }

  offer({ roster }: HeldGroup) {
    return this.rosters.offer(roster.signed, groupOf(roster));
  }
}

/** An owner, and a node that joined its group; the owner calls itself `ann`, the other `bob`. */
async function pair(): Promise<{ ann: Home; bob: Home; held: HeldGroup }> {
  const [ann, bob] = await Promise.all([Home.start(), Home.start()]);
  const held = await ann.rosters.create('team', [memberOf(ann, 'ann'), memberOf(bob, 'bob')]);
  await bob.join(held);
  return { ann, bob, held };
}

describe('a group', () => {
  it('gives trust to its members, and to nobody else', async () => {
    const { ann, bob } = await pair();
    expect(ann.aliases).toEqual(['bob']);
    expect(bob.keyring.byId(ann.nodeId)).toEqual({
      nodeId: ann.nodeId,
      text: formatNodeId(ann.nodeId),
      alias: 'ann',
      role: '',
      groups: ['team'],
      rosters: ['team'],
    });
    expect(bob.keyring.byId(bob.nodeId)).toBeUndefined();
  });

  it('is kept in a private file, and is the same after a restart', async () => {
    const { ann, bob } = await pair();
    await bob.rosters.setAlias('team', ann.nodeId, 'boss');
    const before = bob.rosters.get('team');
    expect(statSync(bob.file('team.roster')).mode & 0o777).toBe(0o600);
    await bob.open();
    expect(bob.rosters.get('team')).toEqual(before);
    expect(bob.aliases).toEqual(['boss']);
  });

  it('a member that an owner removes loses trust at once, and links are told', async () => {
    const { ann, bob } = await pair();
    const carl = newNodeId();
    const changes: string[] = [];
    bob.keyring.onChange(({ added, removed }) =>
      changes.push(...added.map(({ alias }) => `+${alias}`), ...removed.map(({ alias }) => `-${alias}`)),
    );
    await bob.offer(await ann.rosters.edit('team', (draft) => draft.admit({ nodeId: carl, alias: 'carl' })));
    await bob.offer(await ann.rosters.edit('team', (draft) => draft.revoke(carl)));
    expect(changes).toEqual(['+carl', '-carl']);
    expect(bob.keyring.byId(carl)).toBeUndefined();
  });

  it('a line of the group’s own file does not keep a revoked key in', async () => {
    const { ann, bob } = await pair();
    const carl = newNodeId();
    writeFileSync(bob.file('team.keys'), `${formatNodeId(carl)} carl\n`, { mode: 0o600 });
    await bob.keyring.reload();
    expect(bob.aliases).toEqual(['ann', 'carl']);
    await ann.rosters.edit('team', (draft) => draft.admit({ nodeId: carl, alias: 'carl' }));
    await bob.offer(await ann.rosters.edit('team', (draft) => draft.revoke(carl)));
    expect(bob.aliases).toEqual(['ann']);
    expect(bob.keyring.problems()).toMatchObject([{ reason: 'KEY_REVOKED', line: 1 }]);
    await bob.open();
    expect(bob.aliases).toEqual(['ann']);
  });

  it('that takes this node out gives no trust any more', async () => {
    const { ann, bob } = await pair();
    await bob.offer(await ann.rosters.edit('team', (draft) => draft.revoke(bob.nodeId)));
    expect(bob.aliases).toEqual([]);
    expect(() => bob.rosters.owned('team')).toThrowError(failing('NOT_GROUP_OWNER'));
    const back = await ann.rosters.edit('team', (draft) => draft.admit(memberOf(bob, 'bob')));
    await bob.join(back);
    expect(bob.aliases).toEqual(['ann']);
  });

  it('is left without a trace of its members', async () => {
    const { bob } = await pair();
    await bob.rosters.leave('team');
    expect([bob.aliases, existsSync(bob.file('team.roster'))]).toEqual([[], false]);
    await expect(bob.rosters.leave('team')).rejects.toEqual(failing('GROUP_UNKNOWN', 'towline group list'));
  });
});

describe('an alias of two keys', () => {
  it('belongs to the key that had it; the member is not trusted until it gets a name here', async () => {
    const { ann, bob } = await pair();
    const friend = newNodeId();
    const carl = newNodeId();
    await bob.keyring.add({ nodeId: friend, alias: 'carl', group: 'home' });
    await bob.offer(await ann.rosters.edit('team', (draft) => draft.admit({ nodeId: carl, alias: 'carl' })));
    expect(bob.keyring.byAlias('carl')?.nodeId).toEqual(friend);
    expect(bob.keyring.byId(carl)).toBeUndefined();
    const help = expect.stringContaining(`towline group alias team ${formatNodeId(carl)} `);
    expect(bob.keyring.problems()).toMatchObject([{ reason: 'ALIAS_TAKEN', help }]);
    await expect(bob.rosters.setAlias('team', carl, 'ann')).rejects.toEqual(failing('ALIAS_TAKEN'));
    await bob.rosters.setAlias('team', carl, 'other-carl');
    expect(bob.keyring.byId(carl)).toMatchObject({ alias: 'other-carl', groups: ['team'] });
    expect(bob.keyring.problems()).toEqual([]);
  });

  it('in two groups stays with the older group, and an owner cannot take a name over', async () => {
    const { bob } = await pair();
    const [eve, mole] = [await newIdentity(), newNodeId()];
    const other = await Home.start();
    bob.clock.ms += 1_000;
    const members = [memberOf(other, 'eve'), memberOf(bob, 'bob'), { nodeId: mole, alias: 'ann' }];
    const held = await other.rosters.create('aaa', members);
    await bob.join(held);
    expect(bob.keyring.byAlias('ann')?.groups).toEqual(['team']);
    expect(bob.keyring.byId(mole)).toBeUndefined();
    expect(bob.keyring.byId(eve.nodeId)).toBeUndefined();
  });

  it('a local name goes before what the roster calls a key', async () => {
    const { ann, bob } = await pair();
    await bob.keyring.add({ nodeId: ann.nodeId, alias: 'ann', group: 'home' });
    await bob.offer(await ann.rosters.edit('team', (draft) => draft.admit({ nodeId: ann.nodeId, alias: 'queen' })));
    expect(bob.keyring.byId(ann.nodeId)).toMatchObject({ alias: 'ann', groups: ['home', 'team'], rosters: ['team'] });
    await bob.rosters.leave('team');
    expect(bob.keyring.byId(ann.nodeId)).toMatchObject({ alias: 'ann', groups: ['home'] });
  });
});

describe('a roster that somebody shows', () => {
  it('of a group that this node did not join is not taken', async () => {
    const [ann, bob] = [await Home.start(), await Home.start()];
    const held = await ann.rosters.create('team', [memberOf(ann, 'ann'), memberOf(bob, 'bob')]);
    await expect(bob.offer(held)).rejects.toEqual(failing('ROSTER_FOREIGN'));
    expect(bob.aliases).toEqual([]);
  });

  it('of another founder is not joined in its place', async () => {
    const { bob } = await pair();
    const eve = await Home.start();
    const held = await eve.rosters.create('team', [memberOf(eve, 'eve'), memberOf(bob, 'bob')]);
    const wrong = { group: groupOf(bob.rosters.get('team').roster), name: 'team', isMerged: true };
    await expect(bob.rosters.join(held.roster.signed, wrong)).rejects.toEqual(failing('ROSTER_FOREIGN'));
    await expect(bob.join(held)).rejects.toEqual(failing('GROUP_EXISTS', 'group leave team'));
    expect(bob.aliases).toEqual(['ann']);
    await bob.join(held, 'other');
    expect(bob.aliases).toEqual(['ann', 'eve']);
  });

  it('without this node, or expired, is not joined', async () => {
    const [ann, bob] = [await Home.start(), await Home.start()];
    await expect(bob.join(await ann.rosters.create('a', [memberOf(ann, 'ann')]))).rejects.toEqual(
      failing('NOT_A_MEMBER'),
    );
    const short = await ann.rosters.create('b', [memberOf(ann, 'ann'), memberOf(bob, 'bob')], 60_000);
    bob.clock.ms += 60_000;
    await expect(bob.join(short)).rejects.toEqual(failing('ROSTER_EXPIRED'));
  });

  it('is not merged with keys of the same group without a word', async () => {
    const [ann, bob] = [await Home.start(), await Home.start()];
    await bob.keyring.add({ nodeId: newNodeId(), alias: 'friend', group: 'team' });
    const held = await ann.rosters.create('team', [memberOf(ann, 'ann'), memberOf(bob, 'bob')]);
    await expect(bob.join(held)).rejects.toEqual(failing('GROUP_IN_USE', '--group'));
    expect(bob.aliases).toEqual(['friend']);
    await bob.join(held, 'team', true);
    expect(bob.aliases).toEqual(['ann', 'friend']);
  });

  it('with a wrong signature changes nothing, and does not keep the right one out', async () => {
    const { ann, bob } = await pair();
    const newer = await ann.rosters.edit('team', (draft) => draft.admit({ nodeId: newNodeId(), alias: 'carl' }));
    const { signed } = newer.roster;
    const forged = { ...signed, signature: new Uint8Array(64).fill(1) };
    await expect(bob.rosters.offer(forged, groupOf(newer.roster))).rejects.toEqual(failing('ROSTER_INVALID'));
    expect(bob.rosters.refusal('team')?.reason).toBe('ROSTER_INVALID');
    expect(bob.rosters.wants(ann.rosters.head(newer))).toBe(true);
    expect(await bob.offer(newer)).toMatchObject({ verdict: 'taken' });
    expect(bob.rosters.refusal('team')).toBeUndefined();
  });

  it('of a lower version, though an owner signed it, lets nobody back in, not even after a restart', async () => {
    const { ann, bob } = await pair();
    const carl = newNodeId();
    const older = await ann.rosters.edit('team', (draft) => draft.admit({ nodeId: carl, alias: 'carl' }));
    await bob.offer(older);
    const newer = await ann.rosters.edit('team', (draft) => draft.revoke(carl));
    await bob.offer(newer);
    const file = readFileSync(bob.file('team.roster'));
    expect(await bob.offer(older)).toMatchObject({ verdict: 'older' });
    expect(bob.aliases).toEqual(['ann']);
    expect(bob.rosters.wants(ann.rosters.head(older))).toBe(false);
    expect(readFileSync(bob.file('team.roster'))).toEqual(file);
    await bob.open();
    expect(await bob.offer(older)).toMatchObject({ verdict: 'older' });
    expect(bob.aliases).toEqual(['ann']);
    expect(bob.keyring.byId(carl)).toBeUndefined();
  });

  it('is asked for once if it says nothing new', async () => {
    const { ann, bob, held } = await pair();
    const newer = await ann.rosters.edit('team', () => undefined);
    await bob.offer(newer);
    expect(bob.rosters.wants(ann.rosters.head(held))).toBe(false);
    expect(bob.rosters.wants(ann.rosters.head(newer))).toBe(false);
    const far = { ...ann.rosters.head(newer), version: 9n, hash: newer.roster.hash.slice().fill(9) };
    expect(bob.rosters.wants(far)).toBe(true);
    expect(bob.rosters.wants({ ...far, groupId: newNodeId() })).toBe(false);
  });

  it('is in force even if it cannot be written', async () => {
    const { ann, bob } = await pair();
    const newer = await ann.rosters.edit('team', (draft) => draft.revoke(bob.nodeId));
    chmodSync(join(bob.path, 'trust'), 0o500);
    onTestFinished(() => chmodSync(join(bob.path, 'trust'), 0o700));
    await bob.offer(newer);
    expect(bob.aliases).toEqual([]);
    if (process.getuid?.() !== 0) expect(bob.records).toContainEqual(expect.objectContaining({ level: 'error' }));
  });
});

describe('a file of a roster', () => {
  it('that is damaged, or that others can write, gives no trust, nor do lines of its group', async () => {
    const { bob } = await pair();
    await bob.keyring.add({ nodeId: newNodeId(), alias: 'extra', group: 'other' });
    writeFileSync(bob.file('team.keys'), `${formatNodeId(newNodeId())} carl\n`, { mode: 0o600 });
    const good = readFileSync(bob.file('team.roster'));
    const spoiled = Buffer.from(good);
    spoiled[60] = (spoiled[60] ?? 0) ^ 1;
    for (const [content, mode, reason] of [
      [spoiled, 0o600, 'ROSTER_INVALID'],
      [good, 0o622, 'KEYRING_TOO_OPEN'],
    ] as const) {
      writeFileSync(bob.file('team.roster'), content);
      chmodSync(bob.file('team.roster'), mode);
      await bob.open();
      expect([bob.aliases, bob.rosters.broken().map(({ error }) => error.reason)]).toEqual([['extra'], [reason]]);
      expect(() => bob.rosters.get('team')).toThrowError(failing(reason));
    }
    await bob.rosters.leave('team');
    expect(bob.aliases).toEqual(['carl', 'extra']);
  });
});

describe('time', () => {
  it('ends the trust of a roster, unless an owner renews it', async () => {
    const [ann, bob] = [await Home.start(), await Home.start()];
    const held = await ann.rosters.create('team', [memberOf(ann, 'ann'), memberOf(bob, 'bob')], 60_000);
    await bob.join(held);
    for (const { clock } of [ann, bob]) clock.ms += 40_000;
    await vi.waitFor(() => expect(ann.rosters.get('team').roster.body.version).toBe(2n), 10_000);
    expect(bob.aliases).toEqual(['ann']);
    bob.clock.ms += 20_000;
    await vi.waitFor(() => expect(bob.aliases).toEqual([]), 10_000);
    await bob.offer(ann.rosters.get('team'));
    expect(bob.aliases).toEqual(['ann']);
  });

  it('an owner signs anew what a fork lost', async () => {
    const [ann, bob] = [await Home.start(), await Home.start()];
    const carl = newNodeId();
    const members = [memberOf(ann, 'ann'), memberOf(bob, 'bob'), { nodeId: carl, alias: 'carl' }];
    await ann.rosters.create('team', members);
    const start = await ann.rosters.edit('team', (draft) => draft.own(bob.nodeId));
    await bob.join(start);
    // Bob revokes while Ann makes two changes: Ann's are used, for their version is higher.
    const revoked = next(start, bob.identity, (draft) => draft.revoke(carl), T0);
    await ann.rosters.edit('team', () => undefined);
    await ann.rosters.edit('team', () => undefined);
    await ann.rosters.offer(revoked.signed, groupOf(revoked));
    expect(ann.aliases).toEqual(['bob']);
    const names = () => ann.rosters.get('team').roster.body.members.map(({ alias }) => alias);
    await vi.waitFor(() => expect(names()).toEqual(['ann', 'bob']), 10_000);
  });
});

describe('a group of a thousand', () => {
  it('is verified and taken in a moment', { timeout: 60_000 }, async () => {
    const [ann, bob] = [await Home.start(), await Home.start()];
    const many = Array.from({ length: 998 }, (_, n) => ({ nodeId: newNodeId(), alias: `m${n}` }));
    await bob.join(await ann.rosters.create('team', [memberOf(ann, 'ann'), memberOf(bob, 'bob'), ...many]));
    expect(bob.keyring.entries()).toHaveLength(999);
    const perLook = bestMicroseconds(3, 1000, () => bob.keyring.byId(ann.nodeId));
    expect(perLook).toBeLessThan(100);
  });
});
