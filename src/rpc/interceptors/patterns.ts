const patterns = new Map<string, RegExp>();

/**
 * The engine's own regular expressions: the validator's are written in JavaScript and cost more than the call. Patterns
 * come from our schema alone, and none of them backtracks without bound.
 */
export function matches(pattern: string, against: string): boolean {
  const compiled = patterns.get(pattern) ?? new RegExp(pattern, 'u');
  patterns.set(pattern, compiled);
  return compiled.test(against);
}
