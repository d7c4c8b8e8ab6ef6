import { create } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import {
  ListPeersResponseSchema,
  NodeService,
  type WatchPeersResponse,
  WatchPeersResponseSchema,
} from '../../../gen/towline/v1/node_service_pb.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { listPeers } from '../list-peers.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { peerStateText, renderPeers } from '../render/peers.ts';
import { plainLine } from '../render/plain.ts';

export const examples = ['towline peers', 'towline peers --watch', 'towline peers --json'];

/** `towline peers`: who is trusted, and who is there. */
export function setup(command: Command, io: Io): void {
  command.option('-w, --watch', 'go on with each change, until Ctrl-C; with --json one event a line');
  command.action(async ({ watch }: { watch?: boolean }) => (watch === true ? watchPeers(io) : showPeers(io)));
}

async function showPeers(io: Io): Promise<void> {
  const peers = await listPeers(io.home);
  if (io.json) return io.print(prettyJson(jsonOf(ListPeersResponseSchema, create(ListPeersResponseSchema, { peers }))));
  if (peers.length > 0) return io.print(renderPeers(io.style, peers));
  io.note('No peers yet. `towline invite` here and `towline join` there make one.');
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
