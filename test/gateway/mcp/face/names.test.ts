import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtIns } from '../../../../src/gateway/mcp/face/built-in.ts';
import { addressOf, exposedName, maxExposedLength } from '../../../../src/gateway/mcp/face/names.ts';

const part = fc.oneof(
  fc.stringMatching(/^[a-z0-9_-]{1,20}$/),
  fc.constantFrom('a', 'b', 'a_', '_a', 'a__b', 'a--b', '-', '_', 'self', 'towline_peers'),
  fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }),
);
const address = fc.record({ node: fc.oneof(fc.constant('self'), part), upstream: part, name: part });

describe('exposedName', () => {
  it('joins clean parts so that a person can read them', () => {
    expect(exposedName({ node: 'self', upstream: 'github', name: 'get_issue' })).toBe('github__get_issue');
    expect(exposedName({ node: 'work', upstream: 'github', name: 'get-issue' })).toBe('work__github__get-issue');
  });

  it('shortens what is too long, keeping a readable start', () => {
    const name = exposedName({
      node: 'workstation',
      upstream: 'filesystem',
      name: 'read_very_many_files_at_once_please',
    });
    expect(name).toMatch(/^workstation_filesystem_read_very--[a-z2-7]{13}$/);
  });

  it('gives every address a name that model APIs take', () => {
    fc.assert(
      fc.property(address, (each) => {
        expect(exposedName(each)).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(exposedName(each).length).toBeLessThanOrEqual(maxExposedLength);
      }),
    );
  });

  it('never gives two addresses one name, nor the name of a built-in tool', () => {
    fc.assert(
      fc.property(address, address, (left, right) => {
        const same = JSON.stringify(left) === JSON.stringify(right);
        expect(exposedName(left) === exposedName(right)).toBe(same);
        expect(builtIns.has(exposedName(left))).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('can be read back where it was not shortened', () => {
    fc.assert(
      fc.property(address, (each) => {
        const name = exposedName(each);
        if (!name.includes('--')) expect(addressOf(name)).toEqual(each);
      }),
    );
    expect(addressOf('towline_peers')).toBeUndefined();
    expect(addressOf('a--bcdefghijklmn')).toBeUndefined();
  });
});
