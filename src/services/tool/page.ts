import { Code } from '@connectrpc/connect';
import type { Tool } from '../../../gen/towline/v1/tool_pb.ts';
import { failure } from '../../rpc/failure.ts';

const defaultPageSize = 100;

/** One page of `tools`. The token is the name of the last tool of the page before. */
export function pageOf(tools: readonly Tool[], pageSize: number, pageToken: string) {
  const start = pageToken === '' ? 0 : tools.findIndex((tool) => tokenOf(tool) === pageToken) + 1;
  if (pageToken !== '' && start === 0) {
    throw failure(Code.Aborted, 'LIST_CHANGED', 'the list changed since the page before', {
      help: 'start again from the first page',
    });
  }
  const end = start + (pageSize || defaultPageSize);
  const last = tools[end - 1];
  return { items: tools.slice(start, end), nextPageToken: last && end < tools.length ? tokenOf(last) : '' };
}

function tokenOf({ ref }: Tool): string {
  return Buffer.from(JSON.stringify([ref?.node, ref?.upstream, ref?.name])).toString('base64url');
}
