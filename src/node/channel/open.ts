/** The channels of a node: its own, and those of its hub for whoever works on it. */
import type { Client, ServiceImpl, Transport } from '@connectrpc/connect';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import type { Log } from '../../base/log.ts';
import { createClient } from '../../rpc/client.ts';
import { withHub } from '../../services/channel/hub.ts';
import { Channels } from '../../services/channel/service.ts';
import type { Quota } from '../../services/quota.ts';
import type { Store } from '../../store/store.ts';
import type { Successions } from '../../trust/roster/successions.ts';
import type { HubChoice } from '../hub/choice.ts';

export interface ChannelParts {
  readonly store: Store;
  /** Its key may change while the node runs. */
  readonly identity: { readonly nodeId: Uint8Array };
  /** What this node calls itself, as an alias. */
  readonly alias: string;
  readonly keys: Successions;
  readonly hubs: Pick<HubChoice, 'hubTransport'>;
  readonly quota: Quota;
  readonly log: Log;
}

export interface OpenedChannels {
  readonly service: ServiceImpl<typeof ChannelService>;
  close(): void;
}

export async function openChannels(parts: ChannelParts): Promise<OpenedChannels> {
  const { store, identity, alias, keys, hubs, quota, log } = parts;
  const self = {
    get nodeId() {
      return identity.nodeId;
    },
    alias,
    keys,
  };
  const channels = await Channels.open({ store, self, quota, log });
  const clients = new WeakMap<Transport, Client<typeof ChannelService>>();
  const service = withHub(channels.service, () => {
    const transport = hubs.hubTransport('channels');
    if (!transport) return undefined;
    const client = clients.get(transport) ?? createClient(ChannelService, transport);
    clients.set(transport, client);
    return client;
  });
  return { service, close: () => channels.close() };
}
