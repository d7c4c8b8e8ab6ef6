/** JSON for eyes that must not be deceived: laid out line by line, no value changed, nothing invisible left. */
import { visible } from '../../base/visible.ts';

/** One token of JSON, or whatever stands where none should. A string that is cut is one, too: nothing is read twice. */
const TOKEN = /"(?:[^"\\]|\\.)*"?|[[\]{},:]|[^\s[\]{},:"]+|\s+/gs;

const STEP = '  ';

/** Further in than this nothing moves: brackets alone could fill the memory with blanks. */
const MAX_DEPTH = 32;

/**
 * The lines of a JSON text: each member and item on a line of its own, every token as it was written. A text that is cut or
 * is no JSON is laid out as far as it goes. A string with line breaks is followed by what it says, each line behind a `|`.
 */
export function jsonLines(text: string): string[] {
  const page = new Page();
  const tokens = (text.match(TOKEN) ?? []).filter((token) => token.trim() !== '');
  for (const [place, token] of tokens.entries()) {
    if (token === '{' || token === '[') page.open(token, !isClosing(tokens[place + 1]));
    else if (token === '}' || token === ']') page.close(token, !isOpening(tokens[place - 1]));
    else if (token === ',') page.next(token);
    else page.put(token === ':' ? ': ' : visible(token), said(token));
  }
  return page.lines();
}

class Page {
  readonly #lines: string[] = [''];
  /** Where tokens go: what a string says may stand below it. */
  #at = 0;
  #depth = 0;

  put(part: string, below: readonly string[] = []): void {
    this.#lines[this.#at] += part;
    this.#lines.push(...below.map((line) => `${indent(this.#depth + 1)}| ${line}`));
  }

  next(part: string): void {
    this.put(part);
    this.#break();
  }

  open(part: string, hasMembers: boolean): void {
    this.put(part);
    this.#depth++;
    if (hasMembers) this.#break();
  }

  close(part: string, hadMembers: boolean): void {
    this.#depth = Math.max(0, this.#depth - 1);
    if (hadMembers) this.#break();
    this.put(part);
  }

  lines(): string[] {
    return this.#lines.filter((line) => line.trim() !== '');
  }

  #break(): void {
    this.#at = this.#lines.push(indent(this.#depth)) - 1;
  }
}

function indent(depth: number): string {
  return STEP.repeat(Math.min(depth, MAX_DEPTH));
}

const isOpening = (token: string | undefined) => token === '{' || token === '[';
const isClosing = (token: string | undefined) => token === '}' || token === ']';

/** What a string with line breaks says. */
function said(token: string): string[] {
  if (!token.startsWith('"') || !token.includes('\\n')) return [];
  try {
    return (JSON.parse(token) as string).split('\n').map(visible);
  } catch {
    return [];
  }
}
