/** How the server of an entry is reached: by its `type`, or by what else it says. */
import { isAbsolute, resolve } from 'node:path';
import { type Environment, expand } from '../upstream/expand.ts';
import type { HttpSpec, SseSpec, StdioSpec, TransportSpec } from '../upstream/spec.ts';
import { type Entry, firstOf, tableField, textField, textsField, unusable } from './fields.ts';
import { type Places, replacePlaces } from './places.ts';

export interface Surroundings extends Places {
  readonly env: Environment;
}

const kinds: Readonly<Record<string, TransportSpec['kind']>> = {
  stdio: 'stdio',
  local: 'stdio',
  http: 'http',
  'streamable-http': 'http',
  streamableHttp: 'http',
  streamable_http: 'http',
  remote: 'http',
  sse: 'sse',
};

const urlFields = ['httpUrl', 'url', 'serverUrl'];

/** Throws MCP_FILE_ENTRY, or VARIABLE_NOT_SET for a variable of the command, its arguments or the url. */
export function transportOf(entry: Entry, around: Surroundings): TransportSpec {
  const kind = kindOf(entry);
  return kind === 'stdio' ? stdioOf(entry, around) : { kind, ...endpointOf(entry, around) };
}

function kindOf(entry: Entry): TransportSpec['kind'] {
  const type = textField(entry, 'type', 'transport');
  if (type !== undefined) {
    const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (kind === undefined) throw unusable(`the transport ${JSON.stringify(type.slice(0, 32))} is not supported`);
    return kind;
  }
  const [command, url] = [firstOf(entry, ['command']), firstOf(entry, urlFields)];
  if (command && url) throw unusable(`it has both "command" and "${url.name}": say which with "type"`);
  if (!command && !url) throw unusable('it has neither "command" nor "url"');
  return command ? 'stdio' : 'http';
}

function stdioOf(entry: Entry, around: Surroundings): StdioSpec {
  const [command = '', ...first] = Array.isArray(entry['command'])
    ? textsField(entry, 'command')
    : [textField(entry, 'command') ?? ''];
  if (command === '') throw unusable('it has no "command"');
  const now = (text: string, where: string) => expand(replacePlaces(text, around), around.env, where);
  const path = (text: string, where: string) => inWorkspace(now(text, where), around);
  const envFile = textField(entry, 'envFile', 'env_file');
  return {
    kind: 'stdio',
    command: now(command, 'command'),
    args: [...first, ...textsField(entry, 'args')].map((text) => now(text, 'args')),
    env: later(tableField(entry, 'env', 'environment'), around),
    envFile: envFile === undefined ? undefined : path(envFile, 'envFile'),
    cwd: path(textField(entry, 'cwd') ?? '', 'cwd'),
  };
}

function endpointOf(entry: Entry, around: Surroundings): Omit<HttpSpec | SseSpec, 'kind'> {
  const written = textField(entry, ...urlFields);
  if (written === undefined) throw unusable('it has no "url"');
  const url = expand(replacePlaces(written, around), around.env, 'url');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw unusable('"url" is no http or https url');
  return { url, headers: later(tableField(entry, 'headers'), around) };
}

/** Secrets are looked up when they are needed, and never kept. */
function later(table: Record<string, string>, around: Places): Record<string, string> {
  return Object.fromEntries(Object.entries(table).map(([name, text]) => [name, replacePlaces(text, around)]));
}

function inWorkspace(path: string, { workspace, userHome }: Places): string {
  const whole = path.replace(/^~(?=$|[/\\])/, () => userHome);
  return isAbsolute(whole) ? whole : resolve(workspace, whole);
}
