import { type Peer, PeerState, PeerStateSchema } from '../../../gen/towline/v1/node_pb.ts';
import { enumWord } from './enum-word.ts';
import { nodeIdText } from './node-id.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { agoText } from './time.ts';

/** The peers of a node, one a line. */
export function renderPeers(style: Style, peers: readonly Peer[]): string {
  const rows = peers.map((peer) => [
    style.bold(peer.node?.alias ?? ''),
    peerStateText(style, peer.state),
    agoText(peer.stateTime),
    peer.roundTripMs === undefined ? '' : `${peer.roundTripMs.toFixed(1)} ms`,
    String(peer.toolCount),
    peer.groups.join(', '),
    addressText(peer),
  ]);
  return renderTable(style, ['ALIAS', 'STATE', 'SINCE', 'ROUND TRIP', 'TOOLS', 'GROUPS', 'ADDRESS'], rows);
}

/** The keyring as a table: who is trusted, in which groups. */
export function renderTrust(style: Style, peers: readonly Peer[]): string {
  const rows = peers.map((peer) => [
    style.bold(peer.node?.alias ?? ''),
    peer.groups.join(', '),
    peer.dial ? 'yes' : 'no',
    nodeIdText(peer.node),
    peer.addresses.map(plainLine).join(', '),
  ]);
  return renderTable(style, ['ALIAS', 'GROUPS', 'DIAL', 'NODE ID', 'ADDRESSES'], rows);
}

/** A peer's state in a word, coloured. */
export function peerStateText(style: Style, state: PeerState): string {
  const text = enumWord(PeerStateSchema, state);
  if (state === PeerState.CONNECTED) return style.good(text);
  return state === PeerState.CONNECTING ? style.warn(text) : style.dim(text);
}

function addressText({ addresses, lastError, state, relayAlias }: Peer): string {
  if (relayAlias !== '') return `relay via ${plainLine(relayAlias)}`;
  const error = state === PeerState.CONNECTED ? '' : plainLine(lastError);
  return [addresses.map(plainLine)[0] ?? '', error].filter(Boolean).join('  ');
}
