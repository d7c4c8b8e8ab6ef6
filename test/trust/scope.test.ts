import { describe, expect, it } from 'vitest';
import { parseScope, reaches } from '../../src/trust/scope.ts';
import { failing } from './support.ts';

const may = (scopes: string[], needed: string, target = '') => reaches(scopes.map(parseScope), needed, target);

describe('a scope', () => {
  it.each([
    ['tools:call:far/*', 'far/files/read', true],
    ['tools:call:far/*', 'farther/files/read', false],
    ['tools:call:self/files/read_*', 'self/files/read_text', true],
    ['tools:call:self/files/read_*', 'self/files/write', false],
    ['tools:call:*/files/*', 'far/files/read', true],
    ['tools:call:*read', 'far/files/read', true],
    ['tools:call:*read', 'far/files/reads', false],
    ['tools:call:far/files/read', 'far//read', false],
    ['tools:call:far/f.les/read', 'far/files/read', false],
    ['tools:call', 'far/files/read', true],
    ['tools', 'far/files/read', true],
    ['tools:read', 'far/files/read', false],
    ['nodes', 'far/files/read', false],
  ])('%s reaches the call of %s: %j', (scope, tool, expected) => {
    expect(may([scope], 'tools:call', tool)).toBe(expected);
  });

  it('adds to the others', () => {
    expect(may(['nodes:read', 'tools:call:a/*'], 'tools:call', 'a/b/c')).toBe(true);
    expect(may([], 'tools:call', 'a/b/c')).toBe(false);
  });

  it('is no other by being its beginning', () => {
    expect(may(['tool'], 'tools:call')).toBe(false);
    expect(may(['tools:cal'], 'tools:call')).toBe(false);
  });

  it.each([
    '',
    ':',
    'tools:',
    'tools:call:',
    'Tools',
    'tools call',
    'tools:call:a b',
    'tools:call:far//read',
    '*',
    'x'.repeat(97),
  ])('cannot be %j', (text) => {
    expect(() => parseScope(text)).toThrow(failing('SCOPE_INVALID', 'nodes:read'));
  });

  it('with many stars takes no long time', () => {
    const startedMs = performance.now();
    for (let n = 0; n < 100; n++)
      expect(may([`tools:call:${'*a'.repeat(40)}`], 'tools:call', `${'a'.repeat(500)}b`)).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});
