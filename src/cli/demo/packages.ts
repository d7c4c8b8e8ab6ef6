/** The packages from outside that the demo needs: an MCP client, and two MCP servers. They are no runtime dependencies. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LocalError } from '../../base/errors.ts';
import { packagePath } from '../package.ts';

const CLIENT = '@modelcontextprotocol/client';
const EVERYTHING = '@modelcontextprotocol/server-everything';
const FILES = '@modelcontextprotocol/server-filesystem';

/** The programs of the two servers. */
export interface DemoPackages {
  readonly everything: string;
  readonly files: string;
}

/** Finds the packages. Throws with the command that installs what is missing. */
export function findPackages(): DemoPackages {
  const missing = [CLIENT, EVERYTHING, FILES].filter((name) => packageDir(name) === undefined);
  if (missing.length > 0) throw notInstalled(missing);
  return { everything: programOf(EVERYTHING), files: programOf(FILES) };
}

/** Both servers name one program. */
function programOf(name: string): string {
  const dir = packageDir(name) ?? '';
  const { bin } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  return join(dir, Object.values(bin)[0] ?? '');
}

/** Looks where Node looks for an import from this package; what a package exports does not matter here. */
function packageDir(name: string): string | undefined {
  const require = createRequire(packagePath('package.json'));
  const dirs = (require.resolve.paths(name) ?? []).map((folder) => join(folder, name));
  return dirs.find((dir) => hasManifest(dir));
}

function hasManifest(dir: string): boolean {
  try {
    return readFileSync(join(dir, 'package.json')).length > 0;
  } catch {
    return false; // not in this folder: the next one may have it
  }
}

function notInstalled(missing: readonly string[]): LocalError {
  const { devDependencies } = JSON.parse(readFileSync(packagePath('package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const packages = missing.map((name) => `${name}@${devDependencies[name] ?? 'latest'}`).join(' ');
  return new LocalError('DEMO_PACKAGES_MISSING', `the demo needs ${missing.join(', ')}`, {
    help: `where towline is installed: npm install --no-save ${packages}`,
  });
}
