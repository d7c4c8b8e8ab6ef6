/**
 * `env: {TOKEN: {file: …}}` says the same as `secrets: {TOKEN: {file: …}}`: in the schema a variable is a text, so what is
 * written as a map is moved to where it belongs.
 */
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Path } from './source.ts';

export interface Lifted {
  readonly json: JsonObject;
  /** Where in the file the value at this path of `json` stands. */
  place(path: Path): Path;
}

export function liftSecrets(json: JsonObject): Lifted {
  const { upstreams } = json;
  if (!isObject(upstreams)) return { json, place: (path) => path };
  const moved = new Set<string>();
  const lifted = Object.entries(upstreams).map(([name, upstream]): [string, JsonValue] => [
    name,
    isObject(upstream) ? liftOne(upstream, (variable) => moved.add(`${name}/${variable}`)) : upstream,
  ]);
  return {
    json: { ...json, upstreams: Object.fromEntries(lifted) },
    place(path) {
      const [, name, key, variable, ...rest] = path;
      const isMoved = key === 'secrets' && moved.has(`${name}/${variable}`);
      return isMoved ? ['upstreams', name ?? '', 'env', variable ?? '', ...rest] : path;
    },
  };
}

function liftOne(upstream: JsonObject, onMove: (variable: string) => void): JsonObject {
  const { env, secrets } = upstream;
  if (!isObject(env) || (secrets !== undefined && secrets !== null && !isObject(secrets))) return upstream;
  const [texts, maps]: [JsonObject, JsonObject] = [{}, {}];
  for (const [variable, value] of Object.entries(env)) {
    if (!isObject(value)) texts[variable] = value;
    else {
      maps[variable] = value;
      onMove(variable);
    }
  }
  if (Object.keys(maps).length === 0) return upstream;
  return { ...upstream, env: texts, secrets: { ...secrets, ...maps } };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
