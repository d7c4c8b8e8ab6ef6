/** Whether each peer answers where it is said to be, with its own key and the right time. */
import type { Peer } from '../../../gen/towline/v1/node_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { parseAddress } from '../../trust/address.ts';
import { durationText } from '../render/time.ts';
import { type Finding, ok, warn } from './finding.ts';
import { type Probed, probe } from './probe.ts';

/** Invites and tokens have lifetimes, some of minutes; less than this harms nothing. The date has whole seconds. */
const MAX_SKEW_MS = 60_000;

/** Peers that are looked at at a time: each has up to sixteen addresses. */
const AT_A_TIME = 8;

/** One finding for each address that is not as it should be; one in all if there is none. */
export async function addressFindings(peers: readonly Peer[], nowMs = Date.now): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let at = 0; at < peers.length; at += AT_A_TIME) {
    const part = peers.slice(at, at + AT_A_TIME);
    findings.push(...(await Promise.all(part.map((peer) => findingsOf(peer, nowMs)))).flat());
  }
  const count = peers.reduce((sum, { addresses }) => sum + addresses.length, 0);
  return findings.length > 0 || count === 0
    ? findings
    : [ok('addresses', `all ${count} addresses of the peers answer`)];
}

async function findingsOf(peer: Peer, nowMs: () => number): Promise<Finding[]> {
  const looks = peer.addresses.map(async (address) => {
    const parsed = parseAddress(address);
    // What a proxy answers for a WebSocket is the proxy's key and time.
    return parsed.kind === 'direct' ? findingOf(peer, address, await probe(parsed), nowMs()) : [];
  });
  return (await Promise.all(looks)).flat();
}

function findingOf({ node }: Peer, address: string, probed: Probed, nowMs: number): Finding[] {
  const alias = node?.alias ?? '';
  const check = 'address';
  if (probed.kind === 'none') {
    const help = `see that the node runs there and that this machine may reach its port; on ${alias}: towline doctor`;
    return [warn(check, `${alias} does not answer at ${address}: ${probed.why}`, help)];
  }
  if (!probed.nodeId || !node || !equalBytes(probed.nodeId, node.nodeId)) {
    const help = `compare "towline id" on ${alias} with "towline trust list"; if it has a new key: towline trust remove ${alias}, then join again`;
    return [warn(check, `another key than ${alias}'s answers at ${address}`, help)];
  }
  const skewMs = probed.timeMs === undefined ? 0 : probed.timeMs - nowMs;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return [];
  const how = `${durationText(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'}`;
  const help = 'set both clocks (NTP): invites and tokens end by the clock of the node that made them';
  return [warn('clock', `the clock of ${alias} is ${how} the one here`, help)];
}
