/** `towline_find_tool`: a search over all tools, for clients that show their model only a few. */
import { jsonMembers, jsonObject } from '../../../base/json-text.ts';
import type { BuiltIn } from './built-in-type.ts';
import type { ExposedTool } from './merge.ts';
import { errorResult, textResult } from './reply.ts';

const name = 'towline_find_tool';
const defaultLimit = 10;
const maxLimit = 50;

/** A hit in the name tells more than one in the description. */
const nameWeight = 3;

export const builtInFindTool: BuiltIn = {
  name,
  definition: JSON.stringify({
    name,
    title: 'Find a tool in the mesh',
    description:
      'Searches the tools of all machines by what they do. Returns the best matches with name, machine, description ' +
      'and input schema; call them by that name, directly or through towline_call_tool.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'A few words: what the tool should do, its name, or a machine.' },
        limit: { type: 'integer', minimum: 1, maximum: maxLimit, description: `Default: ${defaultLimit}.` },
      },
      required: ['query'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  }),

  async run(view, call) {
    const { query, limit = defaultLimit } = JSON.parse(call.arguments || '{}') as { query?: unknown; limit?: unknown };
    if (typeof query !== 'string') return errorResult('"query" must be a string: a few words about the tool.');
    if (!Number.isInteger(limit)) return errorResult('"limit" must be a whole number.');
    await view.catalogue.ready;
    const best = rank([...view.catalogue.tools.values()], query);
    const shown = best.slice(0, Math.min(Math.max(Number(limit), 1), maxLimit)).map(describe);
    return textResult(`{"matches":${best.length},"tools":[${shown.join(',')}]}`);
  },
};

/** The tools that match any word, the best first; equals in the order of the list. */
function rank(tools: readonly ExposedTool[], query: string): ExposedTool[] {
  const words = [...new Set(query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])];
  return tools
    .map((tool) => ({ tool, score: score(tool, words) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score)
    .map(({ tool }) => tool);
}

function score({ address, definition }: ExposedTool, words: readonly string[]): number {
  const names = `${address.node} ${address.upstream} ${address.name}`.toLowerCase();
  const about = definition.toLowerCase();
  return words.reduce((sum, word) => sum + (names.includes(word) ? nameWeight : 0) + (about.includes(word) ? 1 : 0), 0);
}

/** What a model needs to call it; the schema as its author wrote it. */
function describe({ name, address, definition }: ExposedTool): string {
  const members = jsonMembers(definition);
  const shown: [string, string][] = [
    ['name', JSON.stringify(name)],
    ['node', JSON.stringify(address.node)],
  ];
  for (const member of ['description', 'inputSchema']) {
    const text = members.get(member);
    if (text !== undefined) shown.push([member, text]);
  }
  return jsonObject(shown);
}
