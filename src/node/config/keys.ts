/** Keys that no field has: a misspelled key must not be ignored in silence. */
import type { DescField, DescMessage, JsonValue } from '@bufbuild/protobuf';

export interface Misplaced {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export function checkKeys(schema: DescMessage, json: JsonValue, path: readonly (string | number)[] = []): Misplaced[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return [];
  return Object.entries(json).flatMap(([key, value]): Misplaced[] => {
    const field = schema.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    const here = [...path, key];
    if (field) return checkValue(field, value, here);
    const known = schema.fields.map(({ name }) => name);
    return [{ path: here, message: `there is no such key${suggestion(key, known)}` }];
  });
}

function checkValue(field: DescField, value: JsonValue, path: readonly (string | number)[]): Misplaced[] {
  const { message } = field;
  if (!message || typeof value !== 'object' || value === null) return [];
  if (field.fieldKind === 'message') return checkKeys(message, value, path);
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, item]) => checkKeys(message, item, [...path, key]));
}

function suggestion(key: string, known: readonly string[]): string {
  const near = known.find((name) => distance(key.toLowerCase(), name) <= 2);
  return near === undefined ? `; known are ${known.join(', ')}` : `; did you mean ${near}?`;
}

/** Levenshtein's. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
