/** The variables of editors that name places: `${workspaceFolder}`, `${userHome}`, and friends. */
import { basename, dirname, sep } from 'node:path';
import { unusable } from './fields.ts';

/** Where a file's relative paths start, and what its place names mean. */
export interface Places {
  readonly workspace: string;
  readonly userHome: string;
}

/** The workspace of a file is its folder, or the folder that holds `.vscode`, `.cursor` and the like. */
export function placesOf(path: string, userHome: string): Places {
  const folder = dirname(path);
  return { workspace: basename(folder).startsWith('.') ? dirname(folder) : folder, userHome };
}

/**
 * Replaces the places in `text`; environment variables stay for later. opencode's `{env:NAME}` becomes `${env:NAME}`.
 * Throws MCP_FILE_ENTRY for `${input:…}`: only an editor can ask for it.
 */
export function replacePlaces(text: string, { workspace, userHome }: Places): string {
  const input = /\$\{input:([^}]*)\}/.exec(text);
  if (input)
    throw unusable(`it needs the input "${input[1]}", which only the editor can ask for: use an environment variable`);
  const known = new Map(
    Object.entries({
      workspaceFolder: workspace,
      workspaceFolderBasename: basename(workspace),
      workspaceRoot: workspace,
      userHome,
      pathSeparator: sep,
      '/': sep,
    }),
  );
  return text
    .replace(/\$\{([A-Za-z/]+)\}/g, (whole, name: string) => known.get(name) ?? whole)
    .replace(/(?<!\$)\{env:/g, () => '$' + '{env:');
}
