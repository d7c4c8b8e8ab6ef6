/** The environment of a child: little by default, because upstreams are other people's programs. */
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { LocalError, messageOf } from '../../../base/errors.ts';
import { type Environment, expandAll } from './expand.ts';
import type { StdioSpec } from './spec.ts';

/** What the MCP SDKs pass on, so that a server finds here what it finds under any other client. */
const basicNames =
  process.platform === 'win32'
    ? 'APPDATA HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PROCESSOR_ARCHITECTURE SYSTEMDRIVE SYSTEMROOT TEMP USERNAME USERPROFILE'
    : 'HOME LOGNAME PATH SHELL TERM USER';

/**
 * The basic variables, then the env file, then `env`, then the secrets: the later wins. Throws `ENV_FILE_UNREADABLE`,
 * `VARIABLE_NOT_SET`.
 */
export async function childEnvironment(
  spec: StdioSpec,
  env: Environment,
  secrets: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  return { ...basics(env), ...(await readEnvFile(spec.envFile)), ...expandAll(spec.env, env, 'env'), ...secrets };
}

function basics(env: Environment): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of basicNames.split(' ')) {
    const value = env[name];
    // A value that starts so is a function that bash exported: code, not data.
    if (value !== undefined && !value.startsWith('()')) found[name] = value;
  }
  return found;
}

async function readEnvFile(path: string | undefined): Promise<Record<string, string>> {
  if (path === undefined) return {};
  try {
    return parseEnv(await readFile(path, 'utf8')) as Record<string, string>;
  } catch (cause) {
    throw new LocalError('ENV_FILE_UNREADABLE', `cannot read the env file: ${messageOf(cause)}`, {
      metadata: { path },
      cause,
    });
  }
}
