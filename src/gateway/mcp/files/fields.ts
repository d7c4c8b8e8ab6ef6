/** Reads the fields of one server's entry, which may hold anything. */
import { LocalError } from '../../../base/errors.ts';

export type Entry = Readonly<Record<string, unknown>>;

/** The error of an entry that cannot be used; the message names the field, never its value. */
export function unusable(message: string): LocalError {
  return new LocalError('MCP_FILE_ENTRY', message);
}

/** The first of these fields that is there, with its name. */
export function firstOf(entry: Entry, names: readonly string[]): { name: string; value: unknown } | undefined {
  const name = names.find((candidate) => entry[candidate] !== undefined && entry[candidate] !== null);
  return name === undefined ? undefined : { name, value: entry[name] };
}

export function textField(entry: Entry, ...names: string[]): string | undefined {
  const found = firstOf(entry, names);
  if (found === undefined) return undefined;
  if (typeof found.value !== 'string') throw unusable(`"${found.name}" is not a string`);
  return found.value;
}

export function flagField(entry: Entry, name: string): boolean | undefined {
  const found = firstOf(entry, [name]);
  if (found === undefined) return undefined;
  if (typeof found.value !== 'boolean') throw unusable(`"${name}" is neither true nor false`);
  return found.value;
}

/** A positive whole number of milliseconds. */
export function millisecondsField(entry: Entry, name: string): number | undefined {
  const found = firstOf(entry, [name]);
  if (found === undefined) return undefined;
  if (typeof found.value !== 'number' || !Number.isInteger(found.value) || found.value < 1) {
    throw unusable(`"${name}" is not a number of milliseconds`);
  }
  // What setTimeout can count.
  return Math.min(found.value, 2 ** 31 - 1);
}

export function textsField(entry: Entry, ...names: string[]): string[] {
  const found = firstOf(entry, names);
  if (found === undefined) return [];
  const { name, value } = found;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw unusable(`"${name}" is not a list of strings`);
  }
  return value;
}

/** A table of strings; numbers and booleans are taken for what they look like. */
export function tableField(entry: Entry, ...names: string[]): Record<string, string> {
  const found = firstOf(entry, names);
  if (found === undefined) return {};
  if (!isEntry(found.value)) throw unusable(`"${found.name}" is not a table of strings`);
  return Object.fromEntries(Object.entries(found.value).map(([key, value]) => [key, scalar(value, found.name, key)]));
}

export function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function scalar(value: unknown, table: string, key: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw unusable(`"${key}" in "${table}" is not a string`);
}
