import type { Peer } from '../../gen/towline/v1/node_pb.ts';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import { nodeClient } from './client.ts';
import { allPages } from './pages.ts';

const PAGE_SIZE = 1000;

/** Every peer that the running node trusts, by alias. */
export async function listPeers(home: string): Promise<Peer[]> {
  const node = await nodeClient(home, NodeService);
  return allPages(async (pageToken) => {
    const { peers, nextPageToken } = await node.listPeers({ pageSize: PAGE_SIZE, pageToken });
    return { rows: peers, nextPageToken };
  });
}
