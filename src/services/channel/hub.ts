/** ChannelService of a node: for those who work on it the channels of its hub, for all others its own. */
import type { Client, HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { newRequestId } from '../../base/request-id.ts';
import { actingFor } from '../../rpc/acting-agent.ts';
import { principalKey } from '../../rpc/principal.ts';
import { isLocal } from './caller.ts';

type Impl = ServiceImpl<typeof ChannelService>;
type Hub = Client<typeof ChannelService>;

/**
 * Passes on what agents and the owner of this node ask, in their names. `hub` is asked at each call; nothing means that
 * this node is its own. Peers and programs are never passed on: at the hub they would have the rights of this node.
 */
export function withHub(own: Impl, hub: () => Hub | undefined): Impl {
  const hubFor = (context: HandlerContext) => (isLocal(context.values.get(principalKey)) ? hub() : undefined);
  const options = (context: HandlerContext) => {
    const timeoutMs = context.timeoutMs();
    const limits = timeoutMs === undefined ? {} : { timeoutMs };
    return { ...actingFor(context.values.get(principalKey)), signal: context.signal, ...limits };
  };
  /** What is passed on may be asked again when the link is lost: it has an id from here on. */
  const withId = <R extends { requestId?: Uint8Array | undefined }>(request: R): R =>
    request.requestId ? request : { ...request, requestId: newRequestId() };
  return {
    createChannel: (request, context) =>
      hubFor(context)?.createChannel(withId(request), options(context)) ?? own.createChannel(request, context),
    listChannels: (request, context) =>
      hubFor(context)?.listChannels(request, options(context)) ?? own.listChannels(request, context),
    getChannel: (request, context) =>
      hubFor(context)?.getChannel(request, options(context)) ?? own.getChannel(request, context),
    deleteChannel: (request, context) =>
      hubFor(context)?.deleteChannel(request, options(context)) ?? own.deleteChannel(request, context),
    joinChannel: (request, context) =>
      hubFor(context)?.joinChannel(request, options(context)) ?? own.joinChannel(request, context),
    leaveChannel: (request, context) =>
      hubFor(context)?.leaveChannel(request, options(context)) ?? own.leaveChannel(request, context),
    listChannelMembers: (request, context) =>
      hubFor(context)?.listChannelMembers(request, options(context)) ?? own.listChannelMembers(request, context),
    sendToChannel: (request, context) =>
      hubFor(context)?.sendToChannel(withId(request), options(context)) ?? own.sendToChannel(request, context),
    readChannel: (request, context) =>
      hubFor(context)?.readChannel(request, options(context)) ?? own.readChannel(request, context),
    subscribeChannel: (request, context) =>
      hubFor(context)?.subscribeChannel(request, options(context)) ?? own.subscribeChannel(request, context),
    streamChannel: (requests, context) =>
      hubFor(context)?.streamChannel(requests, options(context)) ?? own.streamChannel(requests, context),
  };
}
