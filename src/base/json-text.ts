/**
 * JSON as exact text. Arguments and results cross the mesh as the text that their author wrote: parsing and
 * printing again would change numbers beyond a double, escapes and member order. So we look at the text without
 * building values: it must be valid (RFC 8259), no object may name a member twice, and no string may hold half a
 * surrogate pair, because two readers could take such texts for different values.
 */
import { LocalError } from './errors.ts';

/** Deeper texts are refused: a recursive reader further on would run out of stack. */
export const maxJsonDepth = 256;

/** The exact text of each member of an object, by its (decoded) name, in order. */
export type JsonMembers = Map<string, string>;

/** Throws `JSON_INVALID`, `JSON_DUPLICATE_MEMBER`, `JSON_LONE_SURROGATE` or `JSON_TOO_DEEP`, with the position. */
export function checkJson(text: string): void {
  const scanner = new Scanner(text);
  scanner.whole(() => scanner.value(0));
}

/** Members that are objects, and whose own members are wanted from the same look at the text. */
export type InnerObjects = ReadonlyMap<string, InnerObject>;

export interface InnerObject {
  /** Gets the members; stays empty if there is no such member, or if it is no object. */
  readonly members: JsonMembers;
  readonly inner?: InnerObjects;
}

/** The members of the object that `text` is, checked as `checkJson` does. Throws `JSON_NOT_OBJECT` for other values. */
export function jsonMembers(text: string, inner?: InnerObjects): JsonMembers {
  const scanner = new Scanner(text);
  const members: JsonMembers = new Map();
  scanner.whole(() => {
    if (text.charCodeAt(scanner.position) !== openBrace) {
      scanner.value(0);
      throw new LocalError('JSON_NOT_OBJECT', 'the JSON value is not an object');
    }
    scanner.object(0, members, inner);
  });
  return members;
}

/** The elements of the array that `text` is, as exact texts. Throws `JSON_NOT_ARRAY` for other values. */
export function jsonElements(text: string): string[] {
  const scanner = new Scanner(text);
  const elements: string[] = [];
  scanner.whole(() => {
    if (text.charCodeAt(scanner.position) !== openBracket) {
      scanner.value(0);
      throw new LocalError('JSON_NOT_ARRAY', 'the JSON value is not an array');
    }
    scanner.array(0, elements);
  });
  return elements;
}

/** The text of an object with these members, given as name and exact text. */
export function jsonObject(members: Iterable<readonly [name: string, text: string]>): string {
  let text = '{';
  for (const [name, value] of members) text += `${text.length > 1 ? ',' : ''}${JSON.stringify(name)}:${value}`;
  return `${text}}`;
}

const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings must not hold them
const plainString = /"[^"\\\u0000-\u001f\ud800-\udfff]*"/y;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const literal = /true|false|null/y;
/** A run of string characters that need no thought, an escape, or a whole surrogate pair. */
const stringPart =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings must not hold them
  /(?:[^"\\\u0000-\u001f\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff]|\\["\\/bfnrt]|\\u(?:[0-9a-cA-CeEfF][0-9a-fA-F]{3}|[dD][0-7][0-9a-fA-F]{2}|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))/y;
const loneSurrogate = /\\u[dD][89a-fA-F]|[\ud800-\udfff]/y;

class Scanner {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** Runs `read` on the one value that the text must be. */
  whole(read: () => void): void {
    this.space();
    read();
    this.space();
    if (this.position < this.text.length) this.fail('something follows the value');
  }

  value(depth: number): void {
    const code = this.text.charCodeAt(this.position);
    if (code === openBrace) this.object(depth);
    else if (code === openBracket) this.array(depth);
    else if (code === quote) this.string();
    else if (!this.match(number) && !this.match(literal)) this.fail('expected a value');
  }

  object(depth: number, members?: JsonMembers, inner?: InnerObjects): void {
    this.enter(depth);
    if (this.take(closeBrace)) return;
    const seen = members ?? new Set<string>();
    do {
      this.space();
      const name = this.name();
      if (seen.has(name)) this.fail(`the member ${shown(name)} stands twice`, 'JSON_DUPLICATE_MEMBER');
      this.space();
      if (!this.take(colon)) this.fail('expected ":"');
      this.space();
      const start = this.position;
      const wanted = inner?.get(name);
      if (wanted && this.text.charCodeAt(start) === openBrace) this.object(depth + 1, wanted.members, wanted.inner);
      else this.value(depth + 1);
      if (seen instanceof Map) seen.set(name, this.text.slice(start, this.position));
      else seen.add(name);
      this.space();
    } while (this.take(comma));
    if (!this.take(closeBrace)) this.fail('expected "," or "}"');
  }

  array(depth: number, elements?: string[]): void {
    this.enter(depth);
    if (this.take(closeBracket)) return;
    do {
      this.space();
      const start = this.position;
      this.value(depth + 1);
      elements?.push(this.text.slice(start, this.position));
      this.space();
    } while (this.take(comma));
    if (!this.take(closeBracket)) this.fail('expected "," or "]"');
  }

  private enter(depth: number): void {
    if (depth >= maxJsonDepth) this.fail(`deeper than ${maxJsonDepth} levels`, 'JSON_TOO_DEEP');
    this.position++;
    this.space();
  }

  private name(): string {
    const start = this.position;
    if (this.text.charCodeAt(start) !== quote) this.fail('expected a member name');
    this.string();
    const raw = this.text.slice(start, this.position);
    return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  private string(): void {
    if (this.match(plainString)) return;
    this.position++;
    while (this.match(stringPart));
    if (this.take(quote)) return;
    if (this.match(loneSurrogate)) this.fail('half a surrogate pair in a string', 'JSON_LONE_SURROGATE');
    this.fail('a string that does not end, or holds a control character or an unknown escape');
  }

  private space(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.position);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.position++;
    }
  }

  private take(code: number): boolean {
    if (this.text.charCodeAt(this.position) !== code) return false;
    this.position++;
    return true;
  }

  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    if (!pattern.test(this.text)) return false;
    this.position = pattern.lastIndex;
    return true;
  }

  private fail(what: string, reason = 'JSON_INVALID'): never {
    throw new LocalError(reason, `not valid JSON at character ${this.position + 1}: ${what}`, {
      metadata: { position: String(this.position + 1) },
    });
  }
}

function shown(name: string): string {
  return JSON.stringify(name.length > 64 ? `${name.slice(0, 64)}…` : name);
}
