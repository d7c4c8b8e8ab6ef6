/**
 * Reads towline.yaml into its proto message. The file is YAML; its shape and rules are those of `Config`. What is wrong
 * is told with its place; one bad upstream does not stop the others.
 */
import { readFile } from 'node:fs/promises';
import { create, fromJson, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { type Config, ConfigSchema } from '../../../gen/towline/v1/config_pb.ts';
import { messageOf, systemCodeOf } from '../../base/errors.ts';
import { checkKeys } from './keys.ts';
import { type ConfigProblem, unusable } from './problem.ts';
import { ruleViolations } from './rules.ts';

export interface LoadedConfig {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
}

type Path = readonly (string | number)[];

/** No file is an empty file. Throws CONFIG_INVALID if nothing of the file can be used. */
export async function loadConfig(path: string): Promise<LoadedConfig> {
  const text = await readText(path);
  if (text === undefined) return { config: create(ConfigSchema), problems: [] };
  return parseConfig(path, text);
}

/** The same for a text that was read already; `file` names it in problems. */
export async function parseConfig(file: string, text: string): Promise<LoadedConfig> {
  const source = new Source(file, text);
  if (source.problems.length > 0) throw unusable(source.problems);
  const json = source.json();
  if (json === null) return { config: create(ConfigSchema), problems: [] };
  if (typeof json !== 'object' || Array.isArray(json))
    throw unusable([source.problem([], 'a configuration is a map of keys')]);
  const problems = await dropBadUpstreams(source, json);
  const wrong = await problemsOf(source, json, []);
  if (wrong.length > 0) throw unusable([...problems, ...wrong]);
  return { config: fromJson(ConfigSchema, json), problems };
}

/** Tries each upstream alone, and takes those that are wrong out of `json`. */
async function dropBadUpstreams(source: Source, json: JsonObject): Promise<ConfigProblem[]> {
  const upstreams = json['upstreams'];
  if (typeof upstreams !== 'object' || upstreams === null || Array.isArray(upstreams)) return [];
  const problems: ConfigProblem[] = [];
  for (const [name, upstream] of Object.entries(upstreams)) {
    const wrong = await problemsOf(source, { upstreams: { [name]: upstream } }, ['upstreams', name]);
    if (wrong.length > 0) delete upstreams[name];
    problems.push(...wrong);
  }
  return problems;
}

async function problemsOf(source: Source, json: JsonObject, place: Path): Promise<ConfigProblem[]> {
  const unknown = checkKeys(ConfigSchema, json);
  if (unknown.length > 0) return unknown.map(({ path, message }) => source.problem(path, message));
  let config: Config;
  try {
    config = fromJson(ConfigSchema, json);
  } catch (error) {
    return [source.problem(place, readable(messageOf(error)))];
  }
  const violations = await ruleViolations(ConfigSchema, config);
  return violations.map(({ path, message }) => source.problem(path, message));
}

/** "cannot decode field towline.v1.ListenConfig.port from JSON: …" without the words of the library. */
function readable(message: string): string {
  return message.replace(/^cannot decode (field|message) towline\.v1\.\w+\.?/, '').replace(' from JSON', '');
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw unusable([{ file: path, line: 0, column: 0, message: messageOf(error) }]);
  }
}

/** The text with its places. */
class Source {
  readonly problems: readonly ConfigProblem[];
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true });
    this.problems = this.#document.errors.map((error) => this.#at(error.pos[0], error.message));
  }

  json(): JsonValue {
    return this.#document.toJS({ maxAliasCount: 100 }) as JsonValue;
  }

  /** A problem at the deepest part of `path` that the text has. */
  problem(path: Path, message: string): ConfigProblem {
    let node: unknown = this.#document.contents;
    let offset: number | undefined;
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
        if (!pair) break;
        offset = (pair.key as Node).range?.[0];
        node = pair.value;
      } else {
        node = this.#document.getIn(path.slice(0, path.indexOf(step) + 1), true);
        offset = (node as Node | undefined)?.range?.[0] ?? offset;
      }
    }
    const where = path.length === 0 ? '' : `${path.join('.')}: `;
    return this.#at(offset ?? 0, `${where}${message}`);
  }

  #at(offset: number, message: string): ConfigProblem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line, column: col, message };
  }
}
