import type { Tool } from '../../gen/towline/v1/tool_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { nodeClient } from './client.ts';
import { allPages } from './pages.ts';

const PAGE_SIZE = 1000;

/** Every tool that can be called from this home's node; of one node if `node` is not empty. */
export async function listTools(home: string, node: string): Promise<Tool[]> {
  const service = await nodeClient(home, ToolService);
  return allPages(async (pageToken) => {
    const { tools, nextPageToken } = await service.listTools({ node, pageSize: PAGE_SIZE, pageToken });
    return { rows: tools, nextPageToken };
  });
}
