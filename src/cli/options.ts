/** Helpers for commander's options. */
import { InvalidArgumentError } from 'commander';

/** Gathers the values of an option that may be repeated. */
export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** A whole number from 0 on. */
export function parseWhole(word: string): number {
  const number = Number(word);
  if (/^\d+$/.test(word) && Number.isSafeInteger(number)) return number;
  throw new InvalidArgumentError('It is no whole number.');
}
