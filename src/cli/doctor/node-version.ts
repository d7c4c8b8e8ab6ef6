import { readFileSync } from 'node:fs';
import { packagePath } from '../package.ts';
import { type Check, fail, ok } from './finding.ts';

/** Whether this Node is new enough; the number stands in package.json. */
export const checkNodeVersion: Check = async () => {
  const running = process.versions.node;
  const needed = neededVersion();
  if (!isOlder(running, needed)) return [ok('node version', `Node ${running}`)];
  return [fail('node version', `Node ${running} is older than ${needed}`, 'nvm install 24 && nvm use 24')];
};

function neededVersion(): string {
  const manifest = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as { engines: { node: string } };
  return manifest.engines.node.replace(/^>=\s*/, '');
}

/** Whether a dotted version comes before another one. */
export function isOlder(version: string, than: string): boolean {
  const [left, right] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (const [index, part] of right.entries()) {
    const own = left[index] ?? 0;
    if (own !== part) return own < part;
  }
  return false;
}
