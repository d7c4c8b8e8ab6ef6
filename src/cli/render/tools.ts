import type { Tool } from '../../../gen/towline/v1/tool_pb.ts';
import { plainLine, plainText } from './plain.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

/** A line is long enough to recognise a tool by; `--long` shows all. */
const DESCRIPTION_CHARS = 72;

/** What the listing of a tool says of it, as far as a person is shown it. */
interface Definition {
  readonly description: string;
  readonly inputSchema: unknown;
}

/** One tool a line. */
export function renderTools(style: Style, tools: readonly Tool[]): string {
  const rows = tools.map((tool) => [style.bold(toolPath(tool)), shorten(plainLine(definitionOf(tool).description))]);
  return renderTable(style, ['TOOL', 'DESCRIPTION'], rows);
}

/** Each tool with its whole description and the schema of its arguments. */
export function renderToolsLong(style: Style, tools: readonly Tool[]): string {
  const blocks = tools.map((tool) => {
    const { description, inputSchema } = definitionOf(tool);
    return [style.bold(toolPath(tool)), plainText(description), plainText(JSON.stringify(inputSchema, undefined, 2))];
  });
  return blocks.map((lines) => lines.filter(Boolean).join('\n')).join('\n\n');
}

/** `node/upstream/name`, as `towline call` takes it. */
export function toolPath({ ref }: Tool): string {
  return [ref?.node, ref?.upstream, ref?.name].map((part) => plainLine(part ?? '')).join('/');
}

function definitionOf({ definitionJson }: Tool): Definition {
  const value = JSON.parse(definitionJson) as Partial<Record<string, unknown>>;
  const description = typeof value['description'] === 'string' ? value['description'] : '';
  return { description, inputSchema: value['inputSchema'] ?? {} };
}

function shorten(text: string): string {
  return text.length <= DESCRIPTION_CHARS ? text : `${text.slice(0, DESCRIPTION_CHARS - 1)}…`;
}
