import { readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { homePaths } from '../../src/node/home.ts';
import { towline } from './capture.ts';
import { tempHome } from './temp-home.ts';

describe('towline init', () => {
  it('makes a private home whose id `towline id` shows', async () => {
    await using folder = await tempHome();
    const home = `${folder.path}/new`;
    const made = await towline(['init', '--name', 'laptop', '--json', '--home', home]);
    const { nodeId, created } = JSON.parse(made.out) as { nodeId: string; created: boolean };
    expect([made.code, created]).toEqual([0, true]);
    expect((await towline(['id', '--home', home])).out).toBe(`${nodeId}\n`);
    expect((await towline(['id', '--hex', '--home', home])).out).toMatch(/^[0-9a-f]{64}\n$/);
    const { home: dir, identityKey, ownerToken, config } = homePaths(home);
    const modes = await Promise.all(
      [dir, identityKey, ownerToken].map(async (path) => (await stat(path)).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o600, 0o600]);
    expect(await readFile(config, 'utf8')).toContain('name: laptop');
  });

  it('changes nothing when it runs again', async () => {
    await using home = await tempHome();
    const first = await towline(['init', '--json', '--home', home.path]);
    await writeFile(homePaths(home.path).config, 'name: mine\n');
    const second = await towline(['init', '--name', 'other', '--json', '--home', home.path]);
    const ids = [first, second].map(({ out }) => (JSON.parse(out) as { nodeId: string }).nodeId);
    expect(ids[0]).toBe(ids[1]);
    expect(await readFile(homePaths(home.path).config, 'utf8')).toBe('name: mine\n');
  });

  it('refuses a name that could not be an alias', async () => {
    await using home = await tempHome();
    expect((await towline(['init', '--name', 'My Laptop', '--home', home.path])).code).toBe(2);
  });

  it('says how to make a home that is not there', async () => {
    await using home = await tempHome();
    const { code, err } = await towline(['id', '--home', home.path]);
    expect(code).toBe(1);
    expect(err).toContain('towline init');
  });
});
