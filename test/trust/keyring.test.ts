import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { toHex } from '../../src/base/bytes.ts';
import { Keyring } from '../../src/trust/keyring.ts';
import { type KeyringChange, problemText } from '../../src/trust/keyring-entries.ts';
import { formatNodeId } from '../../src/trust/node-id.ts';
import { scratchFolder } from '../store/scratch.ts';
import { bestMicroseconds, failing, newNodeId } from './support.ts';

/** A home whose trust folder holds these files. */
function homeWith(files: Record<string, string> = {}): string {
  const home = scratchFolder();
  mkdirSync(join(home, 'trust'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, 'trust', name), text, { mode: 0o600 });
  return home;
}

async function openKeyring(home: string, pollMs = 60_000): Promise<Keyring> {
  const keyring = await Keyring.open(home, { pollMs });
  onTestFinished(() => keyring.close());
  return keyring;
}

const [A, B, C] = [newNodeId(), newNodeId(), newNodeId()];
const [a, b, c] = [formatNodeId(A), formatNodeId(B), formatNodeId(C)];
const fileOf = (home: string, group: string) => join(home, 'trust', `${group}.keys`);
const textOf = (home: string, group: string) => readFileSync(fileOf(home, group), 'utf8');
const aliases = (keyring: Keyring) => keyring.entries().map(({ alias }) => alias);
const reasons = (keyring: Keyring) => keyring.problems().map(({ line, reason }) => [line, reason]);

describe('a keyring', () => {
  it('of a new home is empty, and its folder is private', async () => {
    const home = scratchFolder();
    expect((await openKeyring(home)).entries()).toEqual([]);
    expect(statSync(join(home, 'trust')).mode & 0o777).toBe(0o700);
  });

  it('reads keys in either form, aliases, roles, comments and blank lines', async () => {
    const text = `# friends\n\n${a} laptop\n\t${toHex(B)}   ci worker # builds\r\n#${c} not-yet\n`;
    const keyring = await openKeyring(homeWith({ 'home.keys': text }));
    expect(keyring.problems()).toEqual([]);
    expect(keyring.byId(A)).toEqual({ nodeId: A, text: a, alias: 'laptop', role: '', groups: ['home'] });
    expect(keyring.byAlias('ci')).toEqual({ nodeId: B, text: b, alias: 'ci', role: 'worker', groups: ['home'] });
    expect(keyring.byId(C)).toBeUndefined();
    expect(keyring.byAlias('not-yet')).toBeUndefined();
    expect(aliases(keyring)).toEqual(['ci', 'laptop']);
  });

  it('merges a key of several groups', async () => {
    const files = { 'work.keys': `${a} laptop thinker`, 'home.keys': `${a} laptop`, 'lab.keys': `${a} laptop worker` };
    const keyring = await openKeyring(homeWith(files));
    expect(keyring.entries()).toMatchObject([{ alias: 'laptop', groups: ['home', 'lab', 'work'], role: 'worker' }]);
  });

  it('reports broken lines by file and line, and keeps the others in force', async () => {
    const bad = [
      'nonsense',
      `${a}`,
      `${a} Upper`,
      `${a} self`,
      `${b} x role extra`,
      `${b} x Role`,
      `${'0'.repeat(64)} weak`,
    ];
    const home = homeWith({ 'home.keys': [...bad, `${c} good`].join('\n') });
    const keyring = await openKeyring(home);
    expect(aliases(keyring)).toEqual(['good']);
    expect(reasons(keyring)).toEqual(bad.map((_, index) => [index + 1, 'KEY_LINE_INVALID']));
    const [first] = keyring.problems().map(problemText);
    expect(first).toContain(`${fileOf(home, 'home')}:1: `);
  });

  it('lets no later line take over an alias, or rename a key', async () => {
    const text = `${a} laptop\n${b} laptop\n${a} other\n${b} other\n`;
    const keyring = await openKeyring(homeWith({ 'home.keys': text, 'work.keys': `${b} laptop\n${a} ci` }));
    expect(keyring.entries()).toMatchObject([
      { alias: 'laptop', text: a, groups: ['home'] },
      { alias: 'other', text: b, groups: ['home'] },
    ]);
    const expected = [
      [2, 'ALIAS_TAKEN'],
      [3, 'KEY_KNOWN_AS'],
      [1, 'KEY_KNOWN_AS'],
      [2, 'KEY_KNOWN_AS'],
    ];
    expect(reasons(keyring)).toEqual(expected);
    expect(keyring.problems()[0]?.help).toContain('towline trust remove laptop');
  });

  it('trusts no key of a file that others can write, and says what mends it', async () => {
    const home = homeWith({ 'home.keys': `${a} laptop`, 'work.keys': `${b} ci` });
    chmodSync(fileOf(home, 'home'), 0o620);
    const keyring = await openKeyring(home);
    expect(aliases(keyring)).toEqual(['ci']);
    expect(reasons(keyring)).toEqual([[0, 'KEYRING_TOO_OPEN']]);
    expect(keyring.problems().map(problemText)[0]).toContain(`chmod 600 '${fileOf(home, 'home')}'`);
    chmodSync(fileOf(home, 'home'), 0o644);
    await keyring.reload();
    expect(aliases(keyring)).toEqual(['ci', 'laptop']);
  });

  it('trusts no key of a file that it cannot read, or that is no group', async () => {
    const home = homeWith({
      'No Group.keys': `${a} laptop`,
      'notes.txt': `${a} laptop`,
      'big.keys': '#'.repeat(5_000_000),
    });
    mkdirSync(fileOf(home, 'folder'));
    const keyring = await openKeyring(home);
    expect(keyring.entries()).toEqual([]);
    expect(reasons(keyring)).toEqual([
      [0, 'GROUP_INVALID'],
      [0, 'KEYRING_UNREADABLE'],
      [0, 'KEYRING_UNREADABLE'],
    ]);
  });

  it('fails to open where its folder cannot be', async () => {
    const home = scratchFolder();
    writeFileSync(join(home, 'trust'), '');
    await expect(Keyring.open(home)).rejects.toEqual(failing('NOT_WRITABLE'));
  });

  it('finds a key among ten thousand in less than two microseconds', async () => {
    const lines = Array.from(
      { length: 10_000 },
      (_, n) => `${toHex(A.map((x, i) => (i === 3 ? n & 255 : i === 4 ? n >> 8 : x)))} p${n}`,
    );
    const keyring = await openKeyring(homeWith({ 'home.keys': lines.join('\n') }));
    expect(keyring.entries()).toHaveLength(10_000);
    expect(bestMicroseconds(5, 20_000, () => keyring.byId(A))).toBeLessThan(2);
  });
});

describe('adding to a keyring', () => {
  it('is in force when it resolves, and on the disk, privately', async () => {
    const home = homeWith();
    const keyring = await openKeyring(home);
    const entry = await keyring.add({ nodeId: A, alias: 'laptop', group: 'home', role: 'worker' });
    expect(entry).toEqual(keyring.byId(A));
    expect(textOf(home, 'home')).toBe(`${a} laptop worker\n`);
    expect(statSync(fileOf(home, 'home')).mode & 0o777).toBe(0o600);
    expect((await openKeyring(home)).byAlias('laptop')?.role).toBe('worker');
  });

  it('leaves every other line as it was', async () => {
    const text = `# mine\r\n${b}   ci  # builds\nbroken line`;
    const home = homeWith({ 'home.keys': text });
    const keyring = await openKeyring(home);
    await keyring.add({ nodeId: A, alias: 'laptop', group: 'home' });
    expect(textOf(home, 'home')).toBe(`${text}\n${a} laptop\n`);
  });

  it('changes nothing if the key is there, and adds a second group if not', async () => {
    const home = homeWith();
    const keyring = await openKeyring(home);
    await keyring.add({ nodeId: A, alias: 'laptop', group: 'home' });
    await keyring.add({ nodeId: A, alias: 'laptop', group: 'home' });
    const entry = await keyring.add({ nodeId: A, alias: 'laptop', group: 'work' });
    expect(entry.groups).toEqual(['home', 'work']);
    expect(textOf(home, 'home')).toBe(`${a} laptop\n`);
  });

  it('refuses an alias of another key, and a second alias of a key, with the command that mends it', async () => {
    const keyring = await openKeyring(homeWith());
    await keyring.add({ nodeId: A, alias: 'laptop', group: 'home' });
    const taken = failing('ALIAS_TAKEN', 'towline trust remove laptop');
    await expect(keyring.add({ nodeId: B, alias: 'laptop', group: 'work' })).rejects.toEqual(taken);
    const known = failing('KEY_KNOWN_AS', 'towline trust remove laptop');
    await expect(keyring.add({ nodeId: A, alias: 'other', group: 'work' })).rejects.toEqual(known);
    expect(aliases(keyring)).toEqual(['laptop']);
  });

  it('sees what somebody else wrote a moment ago', async () => {
    const home = homeWith();
    const keyring = await openKeyring(home);
    writeFileSync(fileOf(home, 'work'), `${a} laptop\n`, { mode: 0o600 });
    const taken = failing('ALIAS_TAKEN');
    await expect(keyring.add({ nodeId: B, alias: 'laptop', group: 'home' })).rejects.toEqual(taken);
  });

  it('loses nothing when many are added at once', async () => {
    const home = homeWith();
    const keyring = await openKeyring(home);
    const added = Array.from({ length: 20 }, (_, n) =>
      keyring.add({ nodeId: newNodeId(), alias: `p${n}`, group: 'home' }),
    );
    await Promise.all(added);
    expect((await openKeyring(home)).entries()).toHaveLength(20);
  });

  it.each([
    ['an alias in upper case', { alias: 'Laptop' }, 'ALIAS_INVALID'],
    ['the alias self', { alias: 'self' }, 'ALIAS_INVALID'],
    ['an alias that is too long', { alias: 'x'.repeat(33) }, 'ALIAS_INVALID'],
    ['an alias with a line break', { alias: `x\n${b}` }, 'ALIAS_INVALID'],
    ['a group that leaves the folder', { group: '../home' }, 'GROUP_INVALID'],
    ['an empty group', { group: '' }, 'GROUP_INVALID'],
    ['a role with a space', { role: 'a b' }, 'ROLE_INVALID'],
    ['a key that is too short', { nodeId: A.slice(1) }, 'NODE_ID_INVALID'],
    ['a weak key', { nodeId: new Uint8Array(32) }, 'NODE_ID_INVALID'],
  ])('refuses %s', async (_, bad, reason) => {
    const home = homeWith();
    const keyring = await openKeyring(home);
    await expect(keyring.add({ nodeId: A, alias: 'laptop', group: 'home', ...bad })).rejects.toEqual(failing(reason));
    expect(readdirSync(join(home, 'trust'))).toEqual([]);
  });

  it('refuses a file that others can write', async () => {
    const home = homeWith({ 'home.keys': '' });
    chmodSync(fileOf(home, 'home'), 0o666);
    const keyring = await openKeyring(home);
    const refusal = failing('KEYRING_TOO_OPEN', 'chmod 600');
    await expect(keyring.add({ nodeId: A, alias: 'laptop', group: 'home' })).rejects.toEqual(refusal);
  });
});

describe('removing from a keyring', () => {
  const files = () => ({ 'home.keys': `# one\n${a} laptop # mine\n${b} ci\n`, 'work.keys': `${toHex(A)} laptop` });

  it.each([
    ['alias', 'laptop'],
    ['node id', A],
    ['did:key', a],
    ['hex', toHex(A)],
  ])('by %s takes it from all groups, and leaves the other lines', async (_, who) => {
    const home = homeWith(files());
    const keyring = await openKeyring(home);
    expect(await keyring.remove(who)).toEqual(['home', 'work']);
    expect(keyring.byId(A)).toBeUndefined();
    expect(textOf(home, 'home')).toBe(`# one\n${b} ci\n`);
    expect(textOf(home, 'work')).toBe('');
  });

  it('from one group leaves it in the others', async () => {
    const keyring = await openKeyring(homeWith(files()));
    expect(await keyring.remove('laptop', 'work')).toEqual(['work']);
    expect(keyring.byId(A)?.groups).toEqual(['home']);
  });

  it('takes lines out that are not in force: the key must not come back with the next change', async () => {
    const home = homeWith({ 'home.keys': `${a} laptop\n${a} other\n${b} laptop\n${a}\n` });
    const keyring = await openKeyring(home);
    await keyring.remove(A);
    expect(textOf(home, 'home')).toBe(`${b} laptop\n`);
    expect(keyring.byAlias('laptop')?.nodeId).toEqual(B);
  });

  it.each(['nobody', c, 'z'.repeat(40)])('says when there is nothing to remove: %s', async (who) => {
    const keyring = await openKeyring(homeWith(files()));
    const reason = who.startsWith('z') ? 'NODE_ID_INVALID' : 'PEER_UNKNOWN';
    await expect(keyring.remove(who)).rejects.toEqual(failing(reason));
    await expect(keyring.remove('laptop', 'lab')).rejects.toEqual(failing('PEER_UNKNOWN'));
    await expect(keyring.remove('laptop', '../x')).rejects.toEqual(failing('GROUP_INVALID'));
  });

  it('removes what it can, and then says which file it could not look through', async () => {
    const home = homeWith(files());
    chmodSync(fileOf(home, 'work'), 0o666);
    const keyring = await openKeyring(home);
    await expect(keyring.remove('laptop')).rejects.toEqual(failing('KEYRING_TOO_OPEN', 'chmod 600'));
    expect(keyring.byId(A)).toBeUndefined();
    expect(textOf(home, 'home')).not.toContain(a);
  });
});

describe('following the files', () => {
  const follow = async (home: string, pollMs?: number) => {
    const keyring = await openKeyring(home, pollMs);
    const changes: KeyringChange[] = [];
    const stop = keyring.onChange((change) => changes.push(change));
    return { keyring, changes, stop };
  };
  const names = (change: KeyringChange | undefined) => ({
    added: change?.added.map(({ alias }) => alias),
    removed: change?.removed.map(({ alias }) => alias),
    changed: change?.changed.map(({ alias }) => alias),
  });

  it('tells what was added, removed and changed, when a file is written', async () => {
    const home = homeWith({ 'home.keys': `${a} laptop\n${b} ci` });
    const { keyring, changes } = await follow(home);
    writeFileSync(fileOf(home, 'home'), `${b} builder worker\n${c} phone`);
    await vi.waitFor(() => expect(changes).toHaveLength(1), 5000);
    expect(names(changes[0])).toEqual({ added: ['phone'], removed: ['laptop'], changed: ['builder'] });
    expect(keyring.byId(A)).toBeUndefined();
  });

  it('notices a file that is replaced, as editors do, and one that is deleted', async () => {
    const home = homeWith({ 'home.keys': `${a} laptop` });
    const { changes } = await follow(home);
    writeFileSync(join(home, 'trust', 'new'), `${a} laptop\n${b} ci`, { mode: 0o600 });
    renameSync(join(home, 'trust', 'new'), fileOf(home, 'home'));
    await vi.waitFor(() => expect(changes).toHaveLength(1), 5000);
    rmSync(fileOf(home, 'home'));
    await vi.waitFor(() => expect(changes).toHaveLength(2), 5000);
    expect(names(changes[1]).removed).toEqual(['laptop', 'ci']);
  });

  it('ends the trust of a file that was opened to others', async () => {
    const home = homeWith({ 'home.keys': `${a} laptop` });
    const { changes } = await follow(home);
    chmodSync(fileOf(home, 'home'), 0o666);
    await vi.waitFor(() => expect(names(changes[0]).removed).toEqual(['laptop']), 5000);
  });

  it('notices by polling that its folder was lost and came back', async () => {
    const home = homeWith({ 'home.keys': `${a} laptop` });
    const { changes } = await follow(home, 50);
    rmSync(join(home, 'trust'), { recursive: true });
    await vi.waitFor(() => expect(names(changes[0]).removed).toEqual(['laptop']), 5000);
    mkdirSync(join(home, 'trust'), { mode: 0o700 });
    writeFileSync(fileOf(home, 'home'), `${a} laptop`, { mode: 0o600 });
    await vi.waitFor(() => expect(names(changes[1]).added).toEqual(['laptop']), 5000);
  });

  it('trusts nobody while its folder cannot be read', async () => {
    const home = homeWith({ 'home.keys': `${a} laptop` });
    const { keyring, changes } = await follow(home, 50);
    renameSync(join(home, 'trust'), join(home, 'away'));
    writeFileSync(join(home, 'trust'), 'not a folder');
    await vi.waitFor(() => expect(reasons(keyring)).toEqual([[0, 'KEYRING_UNREADABLE']]), 5000);
    expect(names(changes[0]).removed).toEqual(['laptop']);
  });

  it('tells of its own edits once, before they resolve', async () => {
    const { keyring, changes } = await follow(homeWith());
    await keyring.add({ nodeId: A, alias: 'laptop', group: 'home' });
    expect(changes.map(names)).toEqual([{ added: ['laptop'], removed: [], changed: [] }]);
    await keyring.reload();
    expect(changes).toHaveLength(1);
  });

  it('tells the other listeners when one fails, and none that has stopped', async () => {
    const { keyring, changes, stop } = await follow(homeWith());
    const failingListener = vi.fn(() => {
      throw new Error('broken');
    });
    keyring.onChange(failingListener);
    const last = vi.fn();
    keyring.onChange(last);
    stop();
    await keyring.add({ nodeId: A, alias: 'laptop', group: 'home' });
    expect(changes).toEqual([]);
    expect(failingListener).toHaveBeenCalledOnce();
    expect(last).toHaveBeenCalledOnce();
  });

  it('stops when it is closed, twice if need be', async () => {
    const home = homeWith();
    const { keyring, changes } = await follow(home, 20);
    keyring.close();
    keyring.close();
    writeFileSync(fileOf(home, 'home'), `${a} laptop`, { mode: 0o600 });
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(changes).toEqual([]);
  });
});
