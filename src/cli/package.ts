/** Where this package's own files are, from the sources and from what is published. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of this package, by its path from the package's folder. */
export function packagePath(...parts: string[]): string {
  return join(packageDir(), ...parts);
}

/** The command's front door, to start another process of this program. */
export function binPath(): string {
  return packagePath('bin', 'towline.js');
}

/** The code runs from `src/cli` or from `dist/src/cli`; `dist` may hold a copy of package.json, but never the bin. */
function packageDir(): string {
  let dir = import.meta.dirname;
  while (!existsSync(join(dir, 'bin', 'towline.js'))) dir = dirname(dir);
  return dir;
}
