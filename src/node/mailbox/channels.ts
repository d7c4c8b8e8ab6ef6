/** Mail to "#channel": a message in that channel, in the name of who sends it. */
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import { LocalError } from '../../base/errors.ts';
import { newRequestId } from '../../base/request-id.ts';
import { createClient } from '../../rpc/client.ts';
import { createLocalTransport } from '../../rpc/local-transport.ts';
import type { ServiceRegistry } from '../../rpc/registry.ts';
import type { ServiceParts } from '../../services/mailbox/service.ts';

/** Resolves to the id of the message. Fails with what the channel fails with. */
export function channelSender(registry: ServiceRegistry): ServiceParts['sendToChannel'] {
  return async (principal, channel, { text, priority, requestId = newRequestId() }) => {
    if (priority !== MailPriority.UNSPECIFIED) throw noPriority();
    const channels = createClient(ChannelService, createLocalTransport(registry, principal));
    await channels.sendToChannel({ channel, text, requestId });
    return requestId;
  };
}

function noPriority(): LocalError {
  return new LocalError('CHANNEL_PRIORITY', 'a channel has no priorities', {
    help: 'leave the priority out, or send to the agents themselves',
  });
}
