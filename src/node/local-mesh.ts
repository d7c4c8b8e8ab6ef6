/** The services of this node for those who work on it: generated clients on the in-process transport. */
import type { Client, Transport } from '@connectrpc/connect';
import { ChannelService } from '../../gen/towline/v1/channel_service_pb.ts';
import { MailboxService } from '../../gen/towline/v1/mailbox_service_pb.ts';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import { PresenceService } from '../../gen/towline/v1/presence_service_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import { createClient } from '../rpc/client.ts';
import { createLocalTransport } from '../rpc/local-transport.ts';
import type { Principal } from '../rpc/principal.ts';
import type { ServiceRegistry } from '../rpc/registry.ts';

export interface LocalClients {
  readonly transport: Transport;
  readonly tools: Client<typeof ToolService>;
  readonly nodes: Client<typeof NodeService>;
  readonly presence: Client<typeof PresenceService>;
  readonly channels: Client<typeof ChannelService>;
  readonly mail: Client<typeof MailboxService>;
}

export function localClients(registry: ServiceRegistry, principal: Principal): LocalClients {
  const transport = createLocalTransport(registry, principal);
  return {
    transport,
    tools: createClient(ToolService, transport),
    nodes: createClient(NodeService, transport),
    presence: createClient(PresenceService, transport),
    channels: createClient(ChannelService, transport),
    mail: createClient(MailboxService, transport),
  };
}
