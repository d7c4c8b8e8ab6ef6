/** A YAML text with its places. */
import type { JsonValue } from '@bufbuild/protobuf';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { messageOf } from '../../base/errors.ts';
import type { ConfigProblem } from './problem.ts';

/** Keys and indexes from the top of the file. */
export type Path = readonly (string | number)[];

/** More copies of anchors than this are an attack, or a mistake: a few lines can stand for gigabytes. */
const MAX_ALIASES = 100;

export class Source {
  /** Why the text is no YAML. Nothing else may be asked if there are any. */
  readonly problems: readonly ConfigProblem[];
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  #json: JsonValue = null;

  /** `file` names the text in problems. */
  constructor(file: string, text: string) {
    this.#file = file;
    const options = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true, logLevel: 'error' } as const;
    this.#document = parseDocument(text, options);
    const errors = this.#document.errors.map(({ pos, message }) => this.#at(pos[0], plain(message)));
    this.problems = errors.length > 0 ? errors : this.#resolve();
  }

  /** The text's value, null if it says nothing. */
  json(): JsonValue {
    return this.#json;
  }

  /** A problem at the deepest part of `path` that the text has. */
  problem(path: Path, message: string): ConfigProblem {
    const where = path.length === 0 ? '' : `${path.join('.')}: `;
    return this.#at(this.#offsetOf(path), `${where}${message}`);
  }

  /** Puts the anchors' values in the place of their names. */
  #resolve(): ConfigProblem[] {
    const problems: ConfigProblem[] = [];
    visit(this.#document, {
      Alias: (_, alias) => {
        if (isAlias(alias.resolve(this.#document) ?? alias))
          problems.push(this.#at(alias.range?.[0] ?? 0, `there is no &${alias.source} before this *${alias.source}`));
      },
    });
    if (problems.length > 0) return problems;
    try {
      this.#json = this.#document.toJS({ maxAliasCount: MAX_ALIASES }) as JsonValue;
      return [];
    } catch (error) {
      return [this.#at(0, messageOf(error))];
    }
  }

  #offsetOf(path: Path): number {
    let node: unknown = this.#document.contents;
    let offset = 0;
    for (const step of path) {
      let place: unknown;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
        [place, node] = [pair?.key, pair?.value];
      } else if (isSeq(node)) {
        place = node = node.items[Number(step)];
      }
      if (!isNode(place) || !place.range) break;
      offset = place.range[0];
    }
    return offset;
  }

  #at(offset: number, message: string): ConfigProblem {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line, column: col, message };
  }
}

/** Without the parser's advice to programmers. */
function plain(message: string): string {
  return message.replace(/; please use YAML\.parseAllDocuments\(\)$/, ': a configuration is one');
}
