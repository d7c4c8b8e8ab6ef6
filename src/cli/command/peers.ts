import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import { AdminService, ListRoutesResponseSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import {
  ListPeersResponseSchema,
  NodeService,
  type WatchPeersResponse,
  WatchPeersResponseSchema,
} from '../../../gen/towline/v1/node_service_pb.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { listPeers } from '../list-peers.ts';
import { allPages } from '../pages.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { peerStateText, renderPeers } from '../render/peers.ts';
import { plainLine } from '../render/plain.ts';
import { renderRoutes } from '../render/routes.ts';

export const examples = ['towline peers', 'towline peers --watch', 'towline peers --routes', 'towline peers --json'];

/** `towline peers`: who is trusted, and who is there. */
export function setup(command: Command, io: Io): void {
  command.option('-w, --watch', 'go on with each change, until Ctrl-C; with --json one event a line');
  command.option('-r, --routes', 'how each would be reached now, and why');
  command.action(async ({ watch, routes }: { watch?: boolean; routes?: boolean }) => {
    if (routes === true) return showRoutes(io);
    return watch === true ? watchPeers(io) : showPeers(io);
  });
}

const NO_PEERS = 'No peers yet. `towline invite` here and `towline join` there make one.';

async function showRoutes(io: Io): Promise<void> {
  const admin = await nodeClient(io.home, AdminService);
  const routes = await allPages(async (pageToken) => {
    const { routes: rows, nextPageToken } = await admin.listRoutes({ pageSize: 1000, pageToken });
    return { rows, nextPageToken };
  });
  if (io.json)
    return io.print(prettyJson(jsonOf(ListRoutesResponseSchema, create(ListRoutesResponseSchema, { routes }))));
  if (routes.length > 0) return io.print(renderRoutes(io.style, routes));
  io.note(NO_PEERS);
}

async function showPeers(io: Io): Promise<void> {
  const peers = await listPeers(io.home);
  if (io.json) return io.print(prettyJson(jsonOf(ListPeersResponseSchema, create(ListPeersResponseSchema, { peers }))));
  if (peers.length > 0) return io.print(renderPeers(io.style, peers));
  io.note(NO_PEERS);
}

async function watchPeers(io: Io): Promise<void> {
  const node = await nodeClient(io.home, NodeService);
  const { watchUntilInterrupted } = await import('../watch.ts');
  await watchUntilInterrupted(
    (signal) => node.watchPeers({}, { signal }),
    (event) => io.print(io.json ? JSON.stringify(jsonOf(WatchPeersResponseSchema, event)) : changeText(io, event)),
  );
}

function changeText({ style }: Io, { event }: WatchPeersResponse): string {
  const time = style.dim(new Date().toLocaleTimeString());
  if (event.case === 'removedAlias') return `${time}  ${style.bold(event.value)}  ${style.bad('removed')}`;
  if (event.case === undefined) return time;
  const { node, state, lastError, toolCount, relayAlias } = event.value;
  const relay = relayAlias && `relay via ${plainLine(relayAlias)}`;
  const facts = [node?.alias ?? '', peerStateText(style, state), `${toolCount} tools`, relay, plainLine(lastError)];
  return [time, ...facts].filter(Boolean).join('  ');
}
