/** What an upstream offers: its listed tools, filtered, as messages of the mesh. */
import { create } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { type Tool, ToolSchema } from '../../../../gen/towline/v1/tool_pb.ts';
import { failure } from '../../../rpc/failure.ts';
import type { UpstreamSpec } from './spec.ts';
import type { ToolTexts } from './tool-list.ts';

/** What the one node calls itself in its own view. */
export const selfAlias = 'self';

const defaultPageSize = 100;

/** Whether the configuration lets a tool of this name be offered. */
export function isOffered(spec: UpstreamSpec, name: string): boolean {
  return (spec.allow.size === 0 || spec.allow.has(name)) && !spec.deny.has(name);
}

export function offeredTools(spec: UpstreamSpec, texts: ToolTexts): Tool[] {
  return [...texts]
    .filter(([name]) => isOffered(spec, name))
    .map(([name, definitionJson]) =>
      create(ToolSchema, {
        ref: { node: selfAlias, upstream: spec.name, name },
        definitionJson,
        share: [...spec.share],
      }),
    );
}

/** One page; the token is the index that it starts at. Throws `invalid_argument` PAGE_TOKEN_INVALID. */
export function toolPage(
  tools: readonly Tool[],
  pageSize: number,
  token: string,
): { tools: Tool[]; nextPageToken: string } {
  if (!/^\d{0,9}$/.test(token)) {
    throw failure(Code.InvalidArgument, 'PAGE_TOKEN_INVALID', 'the page token is not one of ours', { permanent: true });
  }
  const start = Number(token);
  const end = start + (pageSize || defaultPageSize);
  return { tools: tools.slice(start, end), nextPageToken: end < tools.length ? String(end) : '' };
}

export function toolNotFound(name: string): Error {
  return failure(Code.NotFound, 'TOOL_NOT_FOUND', 'there is no such tool', {
    permanent: true,
    metadata: { tool: name.slice(0, 256) },
  });
}
