import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { isOlder } from '../../src/cli/doctor/node-version.ts';
import { root } from '../support/imports.ts';

/** Runs the front door in a Node that says it is another version. */
function runAs(version: string, ...words: string[]) {
  const stub = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const bin = join(root, 'bin', 'towline.js');
  const url = `data:text/javascript,${encodeURIComponent(stub)}`;
  return spawnSync(process.execPath, ['--import', url, bin, ...words], { encoding: 'utf8' });
}

describe('an older Node', () => {
  it.each(['18.20.4', '20.20.2', '24.14.0'])('%s is told which version is needed, and how to get it', (version) => {
    const { status, stderr, stdout } = runAs(version, 'peers', '--json');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`needs Node ${manifest.engines.node.slice(2)} or newer; this is Node ${version}`);
    expect(stderr).toContain('npx -p node@24 towline peers --json');
    expect(stderr).toContain('nvm install 24');
  });

  it('is not what a newer one is taken for', () => {
    expect(runAs('25.0.0', '--version')).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
  });
});

describe('the order of versions', () => {
  it.each([
    ['24.9.0', '24.15', true],
    ['24.15.0', '24.15', false],
    ['24.21.0', '24.15', false],
    ['23.99.1', '24.15', true],
    ['25.0.0', '24.15', false],
  ])('%s before %s: %s', (version, than, older) => {
    expect(isOlder(version, than)).toBe(older);
  });
});
