/** A place on a running node for one MCP client session: an agent token of its own, and a transport that shows it. */
import { createClient, type Transport } from '@connectrpc/connect';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { isProcessAlive } from '../../node/run-file.ts';
import { nodeTransport, runningNode, transportTo } from '../client.ts';

/** A session that lasts longer gets another token; one that is killed leaves a token that soon ends. */
const TOKEN_SECONDS = 24 * 3600;

/** A token is given up this long before it ends, so that no call meets its end. */
const RENEWAL_MS = 60_000;

export interface AgentSeat {
  readonly transport: Transport;
  /** Whether calls can go on here. Cheap: asked before each call. */
  usable(): boolean;
  /** Takes the token back. */
  leave(): Promise<void>;
}

/** Takes a seat on the node that runs for this home. Throws NODE_NOT_RUNNING if there is none. */
export async function takeSeat(home: string, agent: string): Promise<AgentSeat> {
  const { pid, url } = await runningNode(home);
  const admin = createClient(AdminService, await nodeTransport(home));
  const request = { kind: TokenKind.AGENT, subject: agent, lifetimeSeconds: TOKEN_SECONDS };
  const { token, info } = await admin.createToken(request);
  const endMs = Date.now() + TOKEN_SECONDS * 1000 - RENEWAL_MS;
  let refused = false;
  const onRefused = () => {
    refused = true;
  };
  return {
    transport: transportTo(home, url, token, onRefused),
    usable: () => !refused && Date.now() < endMs && isProcessAlive(pid),
    leave: async () => {
      if (info !== undefined && isProcessAlive(pid)) await admin.revokeToken({ tokenId: info.tokenId });
    },
  };
}
