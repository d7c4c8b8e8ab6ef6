/** What a token may be used for, where that is less than what its kind may do: "tools:call:far/*", "nodes:read". */
import { LocalError } from '../base/errors.ts';

/** As in the schema. */
export const MAX_SCOPES = 16;
const MAX_SCOPE_LENGTH = 96;

const SCOPE = /^([a-z]+(?::[a-z]+)?)(?::([^ ]+))?$/;

export interface Scope {
  /** As it is written. */
  readonly text: string;
  /** "nodes:read", or "tools" for all names that begin so. */
  readonly name: string;
  /** What it is narrowed to, with `*` for any run of characters; all if absent. */
  readonly target?: string;
}

/** Throws `SCOPE_INVALID`. What names there are, the schema says. */
export function parseScope(text: string): Scope {
  const [, name, target] = (text.length <= MAX_SCOPE_LENGTH && SCOPE.exec(text)) || [];
  if (name === undefined || (target !== undefined && !name.includes(':'))) throw scopeInvalid(text);
  if (target?.includes('//')) throw scopeInvalid(text);
  return { text, name, ...(target === undefined ? {} : { target }) };
}

/** Whether a scope of this name, whatever it is narrowed to, is or includes the scope that is needed. */
export function isFor(scope: Scope, needed: string): boolean {
  return scope.name === needed || needed.startsWith(`${scope.name}:`);
}

/** Whether any of the scopes lets its bearer do what `needed` names to `target`. */
export function reaches(scopes: readonly Scope[], needed: string, target: string): boolean {
  return scopes.some((scope) => isFor(scope, needed) && (scope.target === undefined || fits(scope.target, target)));
}

/**
 * Whether the text is what the pattern describes. Goes back to the last star only, so that no pattern takes more than
 * the product of both lengths.
 */
export function fits(pattern: string, text: string): boolean {
  let [at, star, resume] = [0, -1, 0];
  for (let i = 0; i < text.length; ) {
    if (pattern[at] === '*') {
      star = at++;
      resume = i;
    } else if (pattern[at] === text[i]) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

function scopeInvalid(text: string): LocalError {
  return new LocalError('SCOPE_INVALID', `"${text.slice(0, MAX_SCOPE_LENGTH)}" is no scope`, {
    help: 'write for example tools:call, tools:call:NODE/UPSTREAM/TOOL with * for any, or nodes:read',
  });
}
