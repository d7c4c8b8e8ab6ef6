/** The tools that an agent offers, checked. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ToolSchema } from '../../../gen/towline/v1/tool_pb.ts';
import { messageOf } from '../../base/errors.ts';
import { type JsonMembers, jsonMembers } from '../../base/json-text.ts';
import { MAX_TOOLS_BYTES } from './limits.ts';
import { toolsInvalid } from './problems.ts';

export type OfferedTool = MessageInitShape<typeof ToolSchema>;

/** As in the schema: `ToolRef.name`. */
const MAX_NAME = 256;

/** Throws TOOLS_INVALID. */
export function toolsOf(definitions: readonly string[], upstream: string): OfferedTool[] {
  const bytes = definitions.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MAX_TOOLS_BYTES) throw toolsInvalid(`they take ${bytes} bytes`);
  const names = new Set<string>();
  return definitions.map((definitionJson) => {
    const name = nameOf(definitionJson);
    if (names.has(name)) throw toolsInvalid(`${JSON.stringify(name)} stands twice`);
    names.add(name);
    return { ref: { node: 'self', upstream, name }, definitionJson };
  });
}

function nameOf(definition: string): string {
  const members = membersOf(definition);
  const name: unknown = JSON.parse(members.get('name') ?? 'null');
  if (typeof name !== 'string' || name.length < 1 || name.length > MAX_NAME) {
    throw toolsInvalid(`a name is a text of 1 to ${MAX_NAME} characters`);
  }
  if (!members.get('inputSchema')?.startsWith('{')) {
    throw toolsInvalid(`${JSON.stringify(name)} has no inputSchema, an object`);
  }
  return name;
}

function membersOf(definition: string): JsonMembers {
  try {
    return jsonMembers(definition);
  } catch (error) {
    throw toolsInvalid(messageOf(error));
  }
}
