/** A tool's result as each era wants it. Nothing but the named members changes; the rest keeps its exact text. */
import { jsonMembers, jsonObject } from '../../../base/json-text.ts';

/**
 * Checks that a result is one JSON object (a peer that sent anything else could smuggle messages into our stream) and
 * says what kind of result it is. Throws what `jsonMembers` throws.
 */
export function forModern(result: string): string {
  const members = jsonMembers(result);
  if (members.has('resultType')) return result;
  const rest = result.slice(result.indexOf('{') + 1);
  return members.size === 0 ? '{"resultType":"complete"}' : `{"resultType":"complete",${rest}`;
}

/**
 * The result for older clients: without `resultType`, and with structured content that is an object. `undefined` if
 * the result is of a type that they cannot take, such as a request for input.
 */
export function forLegacy(result: string): string | undefined {
  const members = jsonMembers(result);
  const type = members.get('resultType');
  if (type !== undefined && type !== '"complete"') return undefined;
  const structured = members.get('structuredContent');
  const isFit = structured === undefined || structured.startsWith('{');
  if (type === undefined && isFit) return result;
  members.delete('resultType');
  if (!isFit) members.set('structuredContent', `{"result":${structured}}`);
  return jsonObject(members);
}
