/** What only a running node knows: its configuration in force, upstreams, peers, tokens. */
import { createClient, type Transport } from '@connectrpc/connect';
import { AdminService, type GetStatusResponse } from '../../../gen/towline/v1/admin_service_pb.ts';
import { type Peer, PeerState } from '../../../gen/towline/v1/node_pb.ts';
import { UpstreamState } from '../../../gen/towline/v1/tool_pb.ts';
import { LocalError } from '../../base/errors.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import { nodeTransport } from '../client.ts';
import { listGroups } from '../groups.ts';
import { listPeers } from '../list-peers.ts';
import { durationText } from '../render/time.ts';
import { listTokens } from '../tokens.ts';
import { addressFindings } from './addresses.ts';
import { type Check, type Finding, fail, ok, warn } from './finding.ts';
import { groupFindings } from './groups.ts';
import { hubFindings } from './hubs.ts';
import { sharingFindings } from './sharing.ts';

/** A token this close to its end is worth a word. */
const SOON_MS = 7 * 86_400_000;

const CLONE_HELP =
  'run one of the two homes only; if nobody copied the home, its key is stolen: towline id rotate, then towline down && towline up';

export const checkRunning: Check = async (home) => {
  const transport = await transportIfRunning(home);
  if (transport === undefined) return [warn('running node', 'no node runs for this home', 'towline up')];
  const status = await createClient(AdminService, transport).getStatus({});
  const peers = await listPeers(home);
  const ownId = status.node ? formatNodeId(status.node.nodeId) : '';
  return [
    ok('running node', `process ${status.pid}, ${status.node?.software ?? ''}`),
    ...status.configErrors.map((line) =>
      fail('configuration', line, 'mend the file, then: towline down && towline up'),
    ),
    ...status.warnings.map((warning) => fail('key', warning, CLONE_HELP)),
    ...upstreamFindings(status),
    ...sharingFindings(status.upstreams, peers),
    ...peerFindings(peers, ownId),
    ...(await addressFindings(peers)),
    ...hubFindings(status.hubs),
    ...refusalFindings(status),
    ...groupFindings(await listGroups(home)),
    ...(await tokenFindings(home)),
  ];
};

async function transportIfRunning(home: string): Promise<Transport | undefined> {
  try {
    return await nodeTransport(home);
  } catch (error) {
    if (error instanceof LocalError && error.reason === 'NODE_NOT_RUNNING') return undefined;
    throw error;
  }
}

function upstreamFindings({ upstreams }: GetStatusResponse): Finding[] {
  return upstreams.map(({ name, state, error, toolCount }) => {
    if (state === UpstreamState.READY) return ok('upstream', `${name}: ${toolCount} tools`);
    return fail('upstream', `${name} does not work: ${error || 'it is not ready'}`, 'towline logs');
  });
}

/** What a node says to a key that is not in its keyring. */
const NOT_TRUSTED = /this key is not trusted/;
/** The same to one that an owner removed from a group. */
const PUT_OUT = /an owner put it out of the group/;

/** Why connections were turned away, and what to do if they should not have been. */
const REFUSALS: Readonly<Record<string, string>> = {
  PLAIN_FROM_REMOTE: 'from other machines use https, or set listen.plain_remote in towline.yaml',
  FOREIGN_HOST: 'ask by a name that the node has: listen.advertise in towline.yaml',
  FOREIGN_ORIGIN: 'a web page of another site asked: if it is yours, serve it from this machine',
  TOO_MANY_FROM_ADDRESS: 'raise listen.max_connections_per_address in towline.yaml, if they are yours',
  TOO_MANY_CONNECTIONS: 'raise listen.max_connections in towline.yaml, if they are yours',
  TOO_MANY_UNIDENTIFIED: 'raise listen.max_unauthenticated_connections in towline.yaml, if they are yours',
};

function refusalFindings({ refusedConnections }: GetStatusResponse): Finding[] {
  return Object.entries(refusedConnections).flatMap(([reason, count]) => {
    const help = REFUSALS[reason];
    return help === undefined ? [] : [warn('port', `${count} refused since the start: ${reason}`, help)];
  });
}

function peerFindings(peers: readonly Peer[], ownId: string): Finding[] {
  return peers.map(({ node, state, dial, lastError }) => {
    const alias = node?.alias ?? '';
    if (state === PeerState.CONNECTED) return ok('peer', `${alias} is connected`);
    if (!dial && lastError === '') return ok('peer', `${alias} is not connected; it is dialed when it is needed`);
    if (PUT_OUT.test(lastError)) {
      const help =
        'ask an owner of the group for a new invite, then: towline join INVITE; or: towline group leave GROUP';
      return warn('peer', `${alias} refuses this node: ${lastError}`, help);
    }
    if (NOT_TRUSTED.test(lastError)) {
      const help = `on ${alias}: towline trust add ${ownId} NAME; or ask its owner for an invite, then: towline join INVITE`;
      return warn('peer', `${alias} refuses this node: ${lastError}`, help);
    }
    return warn('peer', `${alias} cannot be reached: ${lastError || 'it is offline'}`, `on ${alias}: towline doctor`);
  });
}

async function tokenFindings(home: string): Promise<Finding[]> {
  const tokens = await listTokens(home);
  const ending = tokens.flatMap(({ subject, expireTime }) => {
    const leftMs = expireTime === undefined ? Number.POSITIVE_INFINITY : Number(expireTime.seconds) * 1000 - Date.now();
    if (leftMs > SOON_MS) return [];
    return [warn('token', `that of ${subject} expires in ${durationText(leftMs)}`, 'towline token create')];
  });
  return [ok('tokens', `${tokens.length} work`), ...ending];
}
