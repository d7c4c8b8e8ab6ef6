/** `towline_call_tool`: any tool by its name, the arguments handed on as their exact text. */
import { jsonMembers } from '../../../base/json-text.ts';
import type { BuiltIn } from './built-in-type.ts';
import { unknownTool } from './call-failure.ts';
import { errorResult } from './reply.ts';

const name = 'towline_call_tool';

export const builtInCallTool: BuiltIn = {
  name,
  definition: JSON.stringify({
    name,
    title: 'Call a tool of the mesh',
    description:
      'Calls a tool by the name that towline_find_tool gave, with arguments that fit its input schema. The answer is ' +
      'the answer of that tool. A tool that is in your own list is better called directly.',
    inputSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'The name, exactly as towline_find_tool gave it.' },
        arguments: { type: 'object', description: "What the tool's input schema asks for. Default: none." },
      },
      required: ['name'],
      additionalProperties: false,
    },
  }),

  async run(view, call, callExposed) {
    const members = call.arguments === '' ? new Map<string, string>() : jsonMembers(call.arguments);
    const wanted = members.get('name');
    const inner = members.get('arguments') ?? '';
    if (!wanted?.startsWith('"')) return errorResult('"name" must be a string: the name that towline_find_tool gave.');
    if (inner !== '' && !inner.startsWith('{')) return errorResult('"arguments" must be an object.');
    const tool = JSON.parse(wanted) as string;
    if (!(await view.catalogue.find(tool))) return errorResult(unknownTool(tool));
    return callExposed({ ...call, name: tool, arguments: inner });
  },
};
