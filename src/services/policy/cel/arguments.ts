/** The arguments of a call as expressions see them. */
import { MAX_ARGUMENT_BYTES, MAX_ARGUMENT_VALUES } from '../limits.ts';

/** Why expressions do not see them. */
export class ArgumentsHidden extends Error {
  override readonly name = 'ArgumentsHidden';
}

/**
 * The value of a JSON object's text; an empty one of no text. Objects become maps: members of plain ones, which their
 * author names, could be taken for what the language puts there. Throws `ArgumentsHidden`.
 */
export function argumentsOf(text: string): Map<string, unknown> {
  if (text === '') return new Map();
  if (text.length > MAX_ARGUMENT_BYTES || Buffer.byteLength(text) > MAX_ARGUMENT_BYTES) {
    throw new ArgumentsHidden(`the arguments are larger than ${MAX_ARGUMENT_BYTES / 1024} KiB`);
  }
  const value = new Reader().convert(JSON.parse(text));
  if (!(value instanceof Map)) throw new ArgumentsHidden('the arguments are no object');
  return value;
}

class Reader {
  #count = 0;

  convert(value: unknown): unknown {
    if (++this.#count > MAX_ARGUMENT_VALUES) {
      throw new ArgumentsHidden(`the arguments have more than ${MAX_ARGUMENT_VALUES} values`);
    }
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.convert(item));
    return new Map(Object.entries(value).map(([name, item]) => [name, this.convert(item)]));
  }
}
