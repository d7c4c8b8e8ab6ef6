import {
  type LinkCredits,
  LinkState,
  LinkStateSchema,
  type LinkStatus,
} from '../../../gen/towline/v1/admin_service_pb.ts';
import { CloseReason, CloseReasonSchema } from '../../../gen/towline/v1/frame_pb.ts';
import { shortNodeId } from '../../trust/node-id.ts';
import { bytesText } from './bytes.ts';
import { enumWord } from './enum-word.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { agoText, betweenText } from './time.ts';

const OPEN = [
  'PEER',
  'STATE',
  'AGE',
  'CARRIER',
  'DIALED BY',
  'ADDRESS',
  'ROUND TRIP',
  'STREAMS',
  'SENT',
  'RECEIVED',
  'FRAMES/PACKET',
  'CREDIT',
  'LAST END',
];

const CLOSED = [
  'PEER',
  'REASON',
  'ENDED BY',
  'ENDED',
  'LIVED',
  'CARRIER',
  'DIALED BY',
  'ADDRESS',
  'SENT',
  'RECEIVED',
  'WHY',
];

/** Links that have not ended, one a line. */
export function renderLinks(style: Style, links: readonly LinkStatus[], nowMs = Date.now()): string {
  const rows = links.map((link) => [
    style.bold(peerText(link)),
    linkStateText(style, link.state),
    betweenText(link.openTime, undefined, nowMs),
    ...wayOf(link),
    link.roundTripMs === undefined ? '' : `${link.roundTripMs.toFixed(1)} ms`,
    String(link.streamCount),
    bytesText(link.sentBytes),
    bytesText(link.receivedBytes),
    `${ratioText(link.sentFrameCount, link.sentPacketCount)} / ${ratioText(link.receivedFrameCount, link.receivedPacketCount)}`,
    link.credits === undefined ? '' : creditText(link.streamCount, link.credits),
    reasonText(link.lastCloseReason),
  ]);
  return renderTable(style, OPEN, rows);
}

/** Links that have ended, one a line. */
export function renderClosedLinks(style: Style, links: readonly LinkStatus[], nowMs = Date.now()): string {
  const rows = links.map((link) => [
    style.bold(peerText(link)),
    reasonText(link.closeReason),
    enderText(link),
    agoText(link.closeTime, nowMs),
    betweenText(link.openTime, link.closeTime),
    ...wayOf(link),
    bytesText(link.sentBytes),
    bytesText(link.receivedBytes),
    plainLine(link.closeMessage),
  ]);
  return renderTable(style, CLOSED, rows);
}

/** The alias; of a key that has none any more, the short id. */
export function peerText({ alias, nodeId }: LinkStatus): string {
  return alias || shortNodeId(nodeId);
}

export function linkStateText(style: Style, state: LinkState): string {
  const text = enumWord(LinkStateSchema, state);
  if (state === LinkState.OPEN) return style.good(text);
  return state === LinkState.DRAINING ? style.warn(text) : style.bad(text);
}

/** "heartbeat timeout"; empty if no reason is known. */
export function reasonText(reason: CloseReason): string {
  return reason === CloseReason.UNSPECIFIED ? '' : enumWord(CloseReasonSchema, reason);
}

/** Who ended it: nobody, where the carrier was lost. */
export function enderText({ closedByPeer, closeReason }: LinkStatus): string {
  if (closedByPeer) return 'the peer';
  return closeReason === CloseReason.CARRIER_LOST ? 'nobody' : 'this node';
}

function wayOf({ carrier, relayAlias, dialed, remoteAddress }: LinkStatus): string[] {
  const way = relayAlias === '' ? carrier : `${carrier} via ${relayAlias}`;
  return [plainLine(way), dialed ? 'this node' : 'the peer', plainLine(remoteAddress)];
}

function ratioText(frames: bigint, packets: bigint): string {
  return packets === 0n ? '-' : (Number(frames) / Number(packets)).toFixed(1);
}

/** What may still be sent on the calls under way. */
function creditText(streams: number, { sendMessages, sendBytes, waitingStreamCount }: LinkCredits): string {
  if (streams === 0) return '';
  const waiting = waitingStreamCount === 0 ? '' : `, ${waitingStreamCount} wait`;
  return `${sendMessages} messages, ${bytesText(sendBytes)}${waiting}`;
}
