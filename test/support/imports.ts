// Finds what a TypeScript file imports, by reading its text. It knows this house's formatting (a statement starts its own
// line) and would rather report a line inside a template string than miss a real import.
import { readdir, readFile } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';

/** The checkout. */
export const root = join(import.meta.dirname, '..', '..');

/** One import: from `file` (a path from the root, with `/`), of `specifier` as it is written. */
export interface Import {
  readonly file: string;
  readonly specifier: string;
}

/** Stands for the name in `import(name)`, which no reader can follow. */
export const COMPUTED = '(computed)';

const COMMENT_LINE = /^\s*(?:\/\/|\/\*|\*).*$/gm;
const FROM = /^\s*(?:import|export)\s[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm;
const SIDE_EFFECT = /^\s*import\s*['"]([^'"]+)['"]/gm;
const DYNAMIC = /\bimport\(\s*(?:['"`]([^'"`$]+)['"`])?/g;

/** Lists the imports in the text of a file. */
export function importsOf(file: string, text: string): Import[] {
  const code = text.replace(COMMENT_LINE, '');
  return [FROM, SIDE_EFFECT, DYNAMIC].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({ file, specifier: match[1] ?? COMPUTED })),
  );
}

/** Lists the imports of every TypeScript file below a folder of the checkout; none if there is no such folder. */
export async function importsBelow(folder: string): Promise<Import[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(ifMissing);
  const files = entries
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}node_modules${sep}`));
  const found = await Promise.all(
    files.map(async (path) => importsOf(relative(root, path).split(sep).join('/'), await readFile(path, 'utf8'))),
  );
  return found.flat();
}

/** The file that a relative import means, from the root; undefined for packages and built-in modules. */
export function targetOf({ file, specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : undefined;
}

/** `@scope/name/sub/path` -> `@scope/name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function ifMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
