// A hub's ChannelService at the other end of a link.
import type { ServiceImpl, Transport } from '@connectrpc/connect';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { serveLink } from '../../../src/rpc/link-server.ts';
import { createLinkTransport } from '../../../src/rpc/link-transport.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { fakeLinkPair } from '../../rpc/fake-link.ts';

export function linked(service: ServiceImpl<typeof ChannelService>, principal: Principal): Transport {
  const { dialer, acceptor } = fakeLinkPair();
  serveLink(acceptor, new ServiceRegistry().add(ChannelService, service), principal);
  return createLinkTransport(dialer);
}
