/** The mesh as one principal sees it: what every session of that principal shares. */
import type { Client } from '@connectrpc/connect';
import type { ChannelService } from '../../../../gen/towline/v1/channel_service_pb.ts';
import type { MailboxService } from '../../../../gen/towline/v1/mailbox_service_pb.ts';
import type { NodeService } from '../../../../gen/towline/v1/node_service_pb.ts';
import type { PresenceService } from '../../../../gen/towline/v1/presence_service_pb.ts';
import type { ToolService } from '../../../../gen/towline/v1/tool_service_pb.ts';
import { type Log, silentLog } from '../../../base/log.ts';
import type { About } from './about.ts';
import { Catalogue } from './catalogue.ts';
import type { Naming } from './merge.ts';
import { exposedName } from './names.ts';

/** The services that the gateway sees the mesh through. They carry the principal. */
export interface FaceClients {
  readonly tools: Client<typeof ToolService>;
  readonly nodes: Client<typeof NodeService>;
  readonly presence: Client<typeof PresenceService>;
  readonly channels: Client<typeof ChannelService>;
  readonly mail: Client<typeof MailboxService>;
}

export interface ViewOptions {
  readonly about: About;
  /** If absent, `exposedName`. A gateway with one upstream may want the upstream's own names. */
  readonly naming?: Naming;
  readonly log?: Log;
}

export interface MeshView {
  readonly clients: FaceClients;
  readonly catalogue: Catalogue;
  readonly about: About;
  readonly log: Log;
}

/** Begins to watch the mesh. Close the catalogue when nobody looks any more. */
export function openView(clients: FaceClients, options: ViewOptions): MeshView {
  const log = options.log ?? silentLog;
  const catalogue = new Catalogue(clients.tools, options.naming ?? exposedName, log);
  return { clients, catalogue, about: options.about, log };
}
