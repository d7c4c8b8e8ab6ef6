/** Twenty real processes in one group. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RosterMesh } from './roster-mesh.ts';

let mesh: RosterMesh;
beforeAll(async () => {
  mesh = await RosterMesh.start(20);
}, 300_000);
afterAll(() => mesh[Symbol.asyncDispose](), 120_000);

describe('a group of twenty nodes', () => {
  it('needs nineteen joins for all to know and call each other', { timeout: 300_000 }, async () => {
    await mesh.untilKnown(mesh.names);
    for (const [n, who] of mesh.names.entries()) {
      const whom = `n${(n + 7) % mesh.names.length}`;
      expect(await mesh.call(who, whom)).toBe(`I am ${whom}`);
    }
  });

  it('puts a node out on all of them, links that are open included', { timeout: 300_000 }, async () => {
    expect(await mesh.call('n19', 'n11')).toBe('I am n11');
    await mesh.node('n0').json('group', 'remove', 'team', 'n19');
    const rest = mesh.names.filter((name) => name !== 'n19');
    await mesh.untilKnown(rest);
    for (const whom of ['n0', 'n6', 'n11']) {
      expect(await mesh.call('n19', whom)).not.toContain('I am');
      expect(await mesh.call(whom, 'n19')).not.toContain('I am');
    }
  });
});
