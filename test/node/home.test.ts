import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { expect, it } from 'vitest';
import { homePaths, resolveHome } from '../../src/node/home.ts';

it('puts every path below the home, absolutely', () => {
  const { home, ...rest } = homePaths('some/home');
  expect(isAbsolute(home)).toBe(true);
  expect(Object.values(rest).every((path) => path.startsWith(home))).toBe(true);
  expect(new Set(Object.values(rest)).size).toBe(Object.values(rest).length);
});

it.each([
  ['what the command line says first', join(tmpdir(), 'flag'), join(tmpdir(), 'env'), join(tmpdir(), 'flag')],
  ['the environment next', undefined, join(tmpdir(), 'env'), join(tmpdir(), 'env')],
  ['the folder in the home of the person otherwise', undefined, undefined, join(homedir(), '.towline')],
  ['an empty text as unsaid', '', '', join(homedir(), '.towline')],
  ['a tilde that the shell left', '~/other', undefined, join(homedir(), 'other')],
  ['no tilde inside a name', '/x~/y', undefined, '/x~/y'],
  ['a relative folder from here', 'here', undefined, join(process.cwd(), 'here')],
])('takes %s', (_, flag, env, expected) => {
  expect(resolveHome(flag, { TOWLINE_HOME: env })).toBe(expected);
});
