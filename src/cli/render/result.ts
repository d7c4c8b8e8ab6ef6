/** The result of a tool for people: its text; what is not text, described. */
import { plainText } from './plain.ts';
import type { Style } from './style.ts';

type Json = Readonly<Record<string, unknown>>;

/** Shows an MCP result from its JSON text: the content blocks, else the structured content, else all of it. */
export function renderResult(style: Style, resultJson: string): string {
  const result = JSON.parse(resultJson) as Json;
  const content = Array.isArray(result['content']) ? (result['content'] as Json[]) : [];
  const shown = content.length > 0 ? content.map((block) => renderBlock(style, block)).join('\n') : fallback(result);
  return result['isError'] === true ? `${style.bad('the tool says that it failed:')}\n${shown}` : shown;
}

function fallback(result: Json): string {
  return plainText(JSON.stringify(result['structuredContent'] ?? result, undefined, 2));
}

function renderBlock(style: Style, block: Json): string {
  const type = textOf(block, 'type');
  if (type === 'text') return plainText(textOf(block, 'text'));
  if (type === 'image' || type === 'audio') return style.dim(binaryText(type, block));
  if (type === 'resource_link') return style.dim(plainText(`[link ${textOf(block, 'uri')}]`));
  if (type === 'resource') return renderResource(style, (block['resource'] ?? {}) as Json);
  return plainText(JSON.stringify(block));
}

function renderResource(style: Style, resource: Json): string {
  const head = style.dim(plainText(`[resource ${textOf(resource, 'uri')}]`));
  return typeof resource['text'] === 'string' ? `${head}\n${plainText(resource['text'])}` : head;
}

function binaryText(type: string, block: Json): string {
  const bytes = Buffer.byteLength(textOf(block, 'data'), 'base64');
  return plainText(`[${type} ${textOf(block, 'mimeType')}, ${bytes} bytes; --json has them]`);
}

function textOf(block: Json, key: string): string {
  const value = block[key];
  return typeof value === 'string' ? value : '';
}
