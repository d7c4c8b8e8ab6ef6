import type { Command } from 'commander';
import {
  AdminService,
  type GetStatusResponse,
  GetStatusResponseSchema,
} from '../../../gen/towline/v1/admin_service_pb.ts';
import { nodeClient } from '../client.ts';
import type { Io } from '../io.ts';
import { renderConfigErrors } from '../render/config-errors.ts';
import { hubsText } from '../render/hubs.ts';
import { jsonOf, prettyJson } from '../render/json.ts';
import { nodeIdText } from '../render/node-id.ts';
import { plainLine } from '../render/plain.ts';
import { renderPairs } from '../render/table.ts';
import { agoText } from '../render/time.ts';
import { renderUpstreams } from '../render/upstreams.ts';

export const examples = ['towline status', 'towline status --json'];

/** `towline status`: what AdminService says of the node. */
export function setup(command: Command, io: Io): void {
  command.action(async () => {
    const admin = await nodeClient(io.home, AdminService);
    const status = await admin.getStatus({});
    if (io.json) return io.print(prettyJson(jsonOf(GetStatusResponseSchema, status)));
    io.print(renderPairs(io.style, overview(status)));
    if (status.upstreams.length > 0) io.print(`\n${renderUpstreams(io.style, status.upstreams)}`);
    if (status.configErrors.length > 0) io.print(`\n${renderConfigErrors(io.style, status.configErrors)}`);
  });
}

function overview(status: GetStatusResponse): [string, string][] {
  const { node } = status;
  return [
    ['name', plainLine(node?.displayName ?? '')],
    ['node id', nodeIdText(node)],
    ['software', plainLine(node?.software ?? '')],
    ['process', `${status.pid}, started ${agoText(status.startTime)}`],
    ['listens on', status.listenAddresses.join(', ')],
    ['tells others', status.advertiseAddresses.join(', ')],
    ['peers', `${status.peerCount} trusted, ${status.linkCount} linked`],
    ['hub', hubsText(status.hubs)],
    ['agents', String(status.agentCount)],
    ['memory', `${Math.round(Number(status.residentBytes) / 2 ** 20)} MB`],
    ['refused', refusedText(status.refusedConnections)],
  ];
}

function refusedText(refused: Readonly<Record<string, bigint>>): string {
  const parts = Object.entries(refused).map(([reason, count]) => `${plainLine(reason)} ${count}`);
  return parts.sort().join(', ');
}
