/** Variables in configuration: `${NAME}`, `${NAME:-default}`, and `${env:NAME}` as Cursor and VS Code write it. */
import { LocalError } from '../../../base/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const reference = /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces the variables in `text`. An empty one counts as set, unless it has a default (as in a shell).
 * Throws `VARIABLE_NOT_SET` with the name, never with a value; `where` says which setting it stood in.
 */
export function expand(text: string, env: Environment, where: string): string {
  return text.replace(reference, (_whole, name: string, fallback: string | undefined) => {
    const value = env[name];
    if (fallback !== undefined) return value ? value : fallback;
    if (value !== undefined) return value;
    throw new LocalError('VARIABLE_NOT_SET', `${where} needs the variable ${name}, which is not set`, {
      help: `set ${name} in the environment of the node, or write \${${name}:-default}`,
      metadata: { name, where },
    });
  });
}

/** Expands each value of a table; `where` is the table's name in the configuration. */
export function expandAll(
  table: Readonly<Record<string, string>>,
  env: Environment,
  where: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).map(([name, value]) => [name, expand(value, env, `${where}.${name}`)]),
  );
}
