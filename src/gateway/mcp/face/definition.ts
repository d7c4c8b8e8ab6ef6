/**
 * A tool's definition, as its upstream wrote it and as the gateway lists it: the same text, another name.
 */
import { type JsonMembers, jsonMembers, jsonObject } from '../../../base/json-text.ts';

/** How the value of each known member begins. Clients drop the whole list for one tool that breaks this. */
const beginnings: Readonly<Record<string, string>> = {
  name: '"',
  title: '"',
  description: '"',
  inputSchema: '{',
  outputSchema: '{',
  annotations: '{',
  execution: '{',
  icons: '[',
  _meta: '{',
};

/**
 * The members of a definition. Throws for text that is no JSON object, and for definitions that would make a client
 * refuse the whole list.
 */
export function readDefinition(text: string): JsonMembers {
  const members = jsonMembers(text);
  for (const [name, beginning] of Object.entries(beginnings)) {
    const value = members.get(name);
    if (value !== undefined && !value.startsWith(beginning)) throw new Error(`its "${name}" is of the wrong kind`);
  }
  if (typeOf(members.get('inputSchema')) !== '"object"') throw new Error('its "inputSchema" has not the type "object"');
  return members;
}

/** The definition with another name; every other member keeps its place and its exact text. */
export function renamed(definition: JsonMembers, name: string): string {
  return jsonObject(new Map(definition).set('name', JSON.stringify(name)));
}

/**
 * The definition for clients of the older revisions: they refuse a list in which any output schema is not that of an
 * object, so such a schema is left out.
 */
export function forLegacy(definition: string): string {
  if (!definition.includes('outputSchema')) return definition;
  const members = jsonMembers(definition);
  const schema = members.get('outputSchema');
  if (schema === undefined || typeOf(schema) === '"object"') return definition;
  members.delete('outputSchema');
  return jsonObject(members);
}

function typeOf(schema: string | undefined): string | undefined {
  return schema === undefined ? undefined : jsonMembers(schema).get('type');
}
