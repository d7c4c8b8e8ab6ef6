/** One list out of what the nodes offer: a deterministic order, a name for each tool, no name twice. */
import type { Tool, ToolSet } from '../../../../gen/towline/v1/tool_pb.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Log } from '../../../base/log.ts';
import { readDefinition, renamed } from './definition.ts';
import { selfNode, type ToolAddress } from './names.ts';

export interface ExposedTool {
  /** The name that clients see. */
  readonly name: string;
  readonly address: ToolAddress;
  /** The exact text of the definition that clients see. */
  readonly definition: string;
}

/** How a tool is called here. Must give different names to different tools, or the later one is left out. */
export type Naming = (address: ToolAddress) => string;

/** The tools of one node that can be listed, in its order. The others are left out with a word to the log. */
export function exposeSet(set: ToolSet, naming: Naming, log: Log): ExposedTool[] {
  return set.tools.flatMap((tool) => {
    const address = { node: set.node, upstream: tool.ref?.upstream ?? '', name: tool.ref?.name ?? '' };
    try {
      return [exposeTool(tool, address, naming)];
    } catch (error) {
      log.warn('a tool cannot be listed', { ...address, error: messageOf(error) });
      return [];
    }
  });
}

/** All nodes' tools by exposed name: this node's first, then by alias. */
export function merge(sets: ReadonlyMap<string, readonly ExposedTool[]>, log: Log): Map<string, ExposedTool> {
  const merged = new Map<string, ExposedTool>();
  for (const node of [...sets.keys()].sort(selfFirst)) {
    for (const tool of sets.get(node) ?? []) {
      if (merged.has(tool.name)) log.warn('two tools have one name; the later is left out', { ...tool.address });
      else merged.set(tool.name, tool);
    }
  }
  return merged;
}

/** Whether clients would see any difference. Order counts: it is part of what a model caches. */
export function sameList(left: ReadonlyMap<string, ExposedTool>, right: ReadonlyMap<string, ExposedTool>): boolean {
  if (left.size !== right.size) return false;
  const others = right.values();
  for (const { name, definition } of left.values()) {
    const other = others.next().value;
    if (other?.name !== name || other.definition !== definition) return false;
  }
  return true;
}

function exposeTool(tool: Tool, address: ToolAddress, naming: Naming): ExposedTool {
  const name = naming(address);
  return { name, address, definition: renamed(readDefinition(tool.definitionJson), name) };
}

/** By code units, not by locale: two nodes must agree. */
function selfFirst(left: string, right: string): number {
  if (left === selfNode || right === selfNode) return Number(right === selfNode) - Number(left === selfNode);
  return left < right ? -1 : 1;
}
