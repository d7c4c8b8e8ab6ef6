/** Five real processes in one group. test/e2e/roster.all.test.ts does the same with twenty. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RosterMesh } from './roster-mesh.ts';

let mesh: RosterMesh;
beforeAll(async () => {
  mesh = await RosterMesh.start(5);
}, 120_000);
afterAll(() => mesh[Symbol.asyncDispose]());

const wait = { timeout: 30_000, interval: 200 };
const group = async (name: string) => {
  const { groups } = await mesh
    .node(name)
    .json<{ groups: { version: string; isOwner: boolean; problems: unknown[] }[] }>('group', 'list');
  return groups[0];
};

describe('a group of five nodes', () => {
  it('needs four joins for all to know and call each other', { timeout: 120_000 }, async () => {
    await mesh.untilKnown(mesh.names);
    for (const [who, whom] of [
      ['n1', 'n2'],
      ['n4', 'n1'],
      ['n0', 'n3'],
      ['n3', 'n4'],
    ] as const) {
      expect(await mesh.call(who, whom)).toBe(`I am ${whom}`);
    }
  });

  it('shows who is in it, and who may change it', async () => {
    const { stdout } = await mesh.node('n2').towline('group', 'show', 'team');
    for (const name of mesh.names) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
    expect(stdout).toMatch(/^n0 .*owner 1/m);
    expect((await mesh.node('n2').towline('doctor')).stdout).toContain('team: 5 members');
  });

  it('is changed by owners alone, and says whom to ask', async () => {
    for (const words of [
      ['invite', '--group', 'team'],
      ['group', 'remove', 'team', 'n3'],
      ['group', 'owner', 'add', 'team', 'n2'],
    ]) {
      const { code, stderr } = await mesh.node('n2').towline(...words);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/NOT_GROUP_OWNER.*n0/s)]);
    }
  });

  it('puts a node out everywhere when an owner says so, open links included', { timeout: 90_000 }, async () => {
    expect(await mesh.call('n1', 'n4')).toBe('I am n4');
    await mesh.node('n0').json('group', 'remove', 'team', 'n4');
    await mesh.untilKnown(['n0', 'n1', 'n2', 'n3']);
    expect(await mesh.call('n1', 'n4')).toContain('n4');
    expect(await mesh.call('n4', 'n1')).not.toContain('I am');
  });

  it('lets a second owner invite, and one who leaves is forgotten', { timeout: 90_000 }, async () => {
    await mesh.node('n0').json('group', 'owner', 'add', 'team', 'n1');
    await vi.waitFor(async () => expect((await group('n1'))?.isOwner).toBe(true), wait);
    const { invite } = await mesh.node('n1').json<{ invite: string }>('invite', '--group', 'team');
    await mesh.node('n4').json('group', 'leave', 'team');
    await mesh.node('n4').json('join', invite);
    await mesh.untilKnown(mesh.names);
    expect(await mesh.node('n3').json('group', 'leave', 'team')).toEqual({ resigned: true });
    await mesh.untilKnown(['n0', 'n1', 'n2', 'n4']);
    expect(await mesh.peers('n3')).toEqual([]);
  });

  it('is as it was after a restart', { timeout: 60_000 }, async () => {
    const before = await group('n2');
    await mesh.node('n2').stop('SIGKILL');
    await mesh.node('n2').start();
    expect(await group('n2')).toEqual(before);
    await mesh.untilKnown(['n0', 'n1', 'n2', 'n4']);
    expect(await mesh.call('n2', 'n1')).toBe('I am n1');
  });
});
