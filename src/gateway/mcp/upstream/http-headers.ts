/** Header values of the modern HTTP transport (2026-07-28, "Value Encoding" and "Schema Extension"). */
import { jsonMembers } from '../../../base/json-text.ts';

const sentinel = /^=\?base64\?.*\?=$/s;
const plain = /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/;

/** A text as a header value: as it is where that is safe, else base64 in the sentinel. */
export function headerValue(text: string): string {
  if (plain.test(text) && !sentinel.test(text)) return text;
  return `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}

/** An argument that a tool wants mirrored in a header: where it stands, and the header's name. */
interface MirroredParam {
  readonly path: readonly string[];
  readonly header: string;
}

const annotation = 'x-mcp-header';
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * The `Mcp-Param-…` headers of a call: the arguments that the tool's inputSchema marks with `x-mcp-header`, which a
 * client must repeat so that proxies can route without reading bodies. Empty for nearly every tool.
 */
export function paramHeaders(definition: string, argumentsJson: string): Record<string, string> {
  const headers: Record<string, string> = {};
  if (!definition.includes(annotation)) return headers;
  for (const { path, header } of mirroredParams(definition)) {
    const value = headerText(textAt(argumentsJson, path));
    if (value !== undefined) headers[`Mcp-Param-${header}`] = headerValue(value);
  }
  return headers;
}

function mirroredParams(definition: string): MirroredParam[] {
  const schema: unknown = JSON.parse(jsonMembers(definition).get('inputSchema') ?? 'null');
  return paramsBelow(schema, []);
}

/** Only properties that are reached through `properties` alone may be marked. */
function paramsBelow(schema: unknown, path: readonly string[]): MirroredParam[] {
  if (!isObject(schema)) return [];
  const header = schema[annotation];
  const own = typeof header === 'string' && token.test(header) && path.length > 0 ? [{ path, header }] : [];
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [...own, ...properties.flatMap(([name, below]) => paramsBelow(below, [...path, name]))];
}

function textAt(json: string, path: readonly string[]): string | undefined {
  let text: string | undefined = json || '{}';
  for (const name of path) text = text?.startsWith('{') ? jsonMembers(text).get(name) : undefined;
  return text;
}

/** Strings, whole numbers in the safe range and booleans are mirrored; anything else is left out. */
function headerText(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value))) return String(value);
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
