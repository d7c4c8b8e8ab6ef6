/** The tools of an upstream, as the exact texts that it listed, in its order. */
import { jsonElements, jsonMembers } from '../../../base/json-text.ts';
import { ownParams } from './envelope.ts';
import { upstreamDown } from './failures.ts';
import type { Hello } from './hello.ts';
import { maxListPages, maxTools } from './limits.ts';
import type { ResolvedOptions } from './options.ts';
import type { Session } from './session.ts';

/** Tool name -> the exact text of the MCP Tool object. */
export type ToolTexts = ReadonlyMap<string, string>;

/** Lists all pages. Rejects if the upstream fails, or its list never ends. */
export async function fetchTools(session: Session, hello: Hello, options: ResolvedOptions): Promise<ToolTexts> {
  const tools = new Map<string, string>();
  if (!hello.hasTools) return tools;
  let cursor: string | undefined;
  for (let page = 0; page < maxListPages; page++) {
    const members: [string, string][] = cursor === undefined ? [] : [['cursor', cursor]];
    const params = ownParams(hello.era, options.clientInfo, members);
    const result = await session.request('tools/list', () => params, { timeoutMs: options.startTimeoutMs });
    cursor = addPage(result, tools);
    if (cursor === undefined) return tools;
  }
  throw upstreamDown(`its list of tools has more than ${maxListPages} pages`);
}

/** Adds the tools of a page; returns the exact text of the next cursor. */
function addPage(result: string, tools: Map<string, string>): string | undefined {
  const members = jsonMembers(result);
  for (const definition of jsonElements(members.get('tools') ?? '[]')) {
    const name = nameOf(definition);
    if (name !== undefined && !tools.has(name)) tools.set(name, definition);
    if (tools.size > maxTools) throw upstreamDown(`it lists more than ${maxTools} tools`);
  }
  const cursor = members.get('nextCursor');
  return cursor?.startsWith('"') ? cursor : undefined;
}

/** The name, if it can be called through the mesh (ToolRef: 1 to 256 characters). */
function nameOf(definition: string): string | undefined {
  const text = definition.startsWith('{') ? jsonMembers(definition).get('name') : undefined;
  const name = text?.startsWith('"') ? (JSON.parse(text) as string) : '';
  return name.length >= 1 && name.length <= 256 ? name : undefined;
}

/** Whether both offer the same, in the same order. */
export function sameTools(left: ToolTexts, right: ToolTexts): boolean {
  if (left.size !== right.size) return false;
  const others = right.entries();
  for (const [name, definition] of left) {
    const [otherName, otherDefinition] = others.next().value ?? [];
    if (name !== otherName || definition !== otherDefinition) return false;
  }
  return true;
}
