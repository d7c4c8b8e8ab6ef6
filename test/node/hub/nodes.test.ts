import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LocalNode, localNodes } from '../../fixtures/nodes.ts';

async function hubs(node: LocalNode): Promise<{ channels?: string }> {
  const { hubs: rows } = await node.admin.getStatus({});
  return Object.fromEntries(rows.map(({ service, alias }) => [service, alias]));
}

describe('the hub among nodes', () => {
  it('is that of the inviter, where its key is known; towline.yaml goes before, without a restart', async () => {
    await using nodes = await localNodes();
    const [ann, bob, cat] = await Promise.all([nodes.start('ann'), nodes.start('bob'), nodes.start('cat')]);
    await ann.groups.createGroup({ name: 'team' });
    expect((await bob.join(ann, 'team')).hubAlias).toBe('ann');
    expect((await hubs(bob)).channels).toBe('ann');
    expect((await hubs(ann)).channels).toBe('self');

    // Bob's invite is for a group of his own: ann's key is none of cat's business, and bob is no hub.
    expect((await cat.join(bob)).hubAlias).toBe('self');
    expect((await cat.join(ann, 'team')).hubAlias).toBe('ann');

    await writeFile(join(cat.home, 'towline.yaml'), 'hub: self\nhubs: {memory: bob, state: nobody}\n');
    await cat.admin.reload({});
    expect(await hubs(cat)).toMatchObject({ channels: 'self', memory: 'bob', state: 'nobody' });
    const { hubs: rows } = await cat.admin.getStatus({});
    expect(rows.find(({ service }) => service === 'state')?.problem).toContain('no peer is called "nobody"');
  });
});
