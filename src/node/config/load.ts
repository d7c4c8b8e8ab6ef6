/**
 * Reads towline.yaml into its proto message. The file is YAML; its shape and rules are those of `Config`. What is wrong
 * is told with its place; one bad upstream does not stop the others.
 */
import { readFile } from 'node:fs/promises';
import { create, fromJson, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import { type Config, ConfigSchema } from '../../../gen/towline/v1/config_pb.ts';
import { messageOf, systemCodeOf } from '../../base/errors.ts';
import { checkKeys, type Misplaced } from './keys.ts';
import { liftSecrets } from './lift-secrets.ts';
import { type ConfigProblem, type ProblemAt, problemText, unusable } from './problem.ts';
import { ruleViolations } from './rules.ts';
import { Source } from './source.ts';
import { checkTypes } from './types.ts';

export interface LoadedConfig {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
  /** For what is found later, in what the configuration means. */
  readonly problemAt: ProblemAt;
}

/** No file is an empty file. Throws CONFIG_INVALID if nothing of the file can be used. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const text = await readText(path);
  if (text === undefined) return nothing(path);
  return parseConfig(path, text);
}

/** The same for a text that was read already; `file` names it in problems. */
export async function parseConfig(file: string, text: string): Promise<LoadedConfig> {
  const read = new Source(file, text);
  if (read.problems.length > 0) throw unusable(read.problems);
  const said = read.json();
  if (said === null) return nothing(file);
  if (!isObject(said)) throw unusable([read.problem([], 'a configuration is a map of keys')]);
  const { json, place } = liftSecrets(said);
  const source: Places = { problem: (path, message) => read.problem(place(path), message) };
  const malformed = [...checkKeys(ConfigSchema, json), ...checkTypes(ConfigSchema, json)];
  let usable = without(json, failedUpstreams(source, malformed, []));
  const invalid = await ruleViolations(ConfigSchema, fromJson(ConfigSchema, usable));
  usable = without(usable, failedUpstreams(source, invalid, malformed));
  const problems = [...malformed, ...invalid].map(({ path, message }) => source.problem(path, message));
  return {
    config: fromJson(ConfigSchema, usable),
    problems: problems.sort(byPlace),
    problemAt: (path, message) => problemText(source.problem([...path], message)),
  };
}

/** Names the places of what is wrong. */
type Places = Pick<Source, 'problem'>;

function nothing(file: string): LoadedConfig {
  return { config: create(ConfigSchema), problems: [], problemAt: (_path, message) => `${file}: ${message}` };
}

/** The names of the upstreams that are to blame. Throws CONFIG_INVALID, telling of all, if more is wrong than upstreams. */
function failedUpstreams(source: Places, found: readonly Misplaced[], earlier: readonly Misplaced[]): Set<string> {
  const all = [...earlier, ...found].map(({ path, message }) => source.problem(path, message));
  return new Set(
    found.map(({ path: [key, name] }) => {
      if (key !== 'upstreams' || name === undefined) throw unusable(all.sort(byPlace));
      return String(name);
    }),
  );
}

function without(json: JsonObject, failed: ReadonlySet<string>): JsonObject {
  const { upstreams } = json;
  if (failed.size === 0 || !isObject(upstreams)) return json;
  const kept = Object.entries(upstreams).filter(([name]) => !failed.has(name));
  return { ...json, upstreams: Object.fromEntries(kept) };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byPlace(left: ConfigProblem, right: ConfigProblem): number {
  return left.line - right.line || left.column - right.column;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw unusable([{ file: path, line: 0, column: 0, message: messageOf(error) }]);
  }
}
