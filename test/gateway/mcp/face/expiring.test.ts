import { describe, expect, it } from 'vitest';
import { Expiring } from '../../../../src/gateway/mcp/face/expiring.ts';

interface Thing {
  readonly owner: string;
  busy?: boolean;
}

function table() {
  const ended: string[] = [];
  const things = new Expiring<Thing>({
    maxCount: 4,
    maxPerOwner: 2,
    ownerOf: ({ owner }) => owner,
    idleMs: 1_000,
    isBusy: ({ busy }) => busy === true,
    onEnd: ({ owner }) => ended.push(owner),
  });
  return { things, ended };
}

describe('a table of things that expire', () => {
  it('takes room for one owner from that owner alone', () => {
    const { things, ended } = table();
    things.add('b1', { owner: 'bob' });
    for (const key of ['a1', 'a2', 'a3', 'a4']) expect(things.add(key, { owner: 'ann' })).toBe(true);
    expect(ended).toEqual(['ann', 'ann']);
    expect(things.get('b1')).toBeDefined();
    expect(things.get('a1')).toBeUndefined();
  });

  it('takes nothing in when all that could make room is busy', () => {
    const { things } = table();
    things.add('a1', { owner: 'ann', busy: true });
    things.add('a2', { owner: 'ann', busy: true });
    expect(things.add('a3', { owner: 'ann' })).toBe(false);
    expect(things.add('b1', { owner: 'bob' })).toBe(true);
  });

  it('ends what nobody has used for a while, and what is full with the oldest', () => {
    const { things, ended } = table();
    for (const owner of ['ann', 'bob', 'cid', 'dan', 'eve']) things.add(owner, { owner });
    expect(ended).toEqual(['ann']);
    things.sweep(performance.now() + 2_000);
    expect(things.size).toBe(0);
  });
});
