/** `towline link --watch`: links as they come, work and go. */
import {
  AdminService,
  LinkState,
  type LinkStatus,
  type WatchLinksResponse,
  WatchLinksResponseSchema,
} from '../../gen/towline/v1/admin_service_pb.ts';
import { nodeClient } from './client.ts';
import type { Io } from './io.ts';
import { jsonOf } from './render/json.ts';
import { enderText, linkStateText, peerText, reasonText, renderClosedLinks, renderLinks } from './render/links.ts';
import { plainLine } from './render/plain.ts';
import { betweenText } from './render/time.ts';
import { watchUntilInterrupted } from './watch.ts';

export interface WatchLinksOptions {
  /** Only the links to this peer; to all if empty. */
  readonly peer: string;
  /** Only links that end. */
  readonly closed: boolean;
}

/** Shows what comes, and leaves the screen as it was found. */
interface Show extends Disposable {
  (event: WatchLinksResponse): void;
}

/** Until Ctrl-C. */
export async function watchLinks(io: Io, { peer, closed }: WatchLinksOptions): Promise<void> {
  const admin = await nodeClient(io.home, AdminService);
  using show = io.json ? jsonLines(io) : io.stdout.isTTY && !closed ? liveTable(io) : changeLines(io);
  await watchUntilInterrupted(
    (signal) => admin.watchLinks({ peer }, { signal }),
    (event) => {
      if (!closed || isEnd(event)) show(event);
    },
  );
}

function isEnd({ event }: WatchLinksResponse): boolean {
  return event.case === 'link' && event.value.state === LinkState.CLOSED;
}

function jsonLines(io: Io): Show {
  return showing((event) => io.print(JSON.stringify(jsonOf(WatchLinksResponseSchema, event))));
}

/** A line for each link that is new, drains or has ended; nothing where only its counters have moved. */
function changeLines(io: Io): Show {
  const states = new Map<number, LinkState>();
  return showing(({ event }) => {
    if (event.case !== 'link' || states.get(event.value.linkId) === event.value.state) return;
    const link = event.value;
    if (link.state === LinkState.CLOSED) states.delete(link.linkId);
    else states.set(link.linkId, link.state);
    io.print(changeText(io, link));
  });
}

function showing(show: (event: WatchLinksResponse) => void, dispose: () => void = () => undefined): Show {
  return Object.assign(show, { [Symbol.dispose]: dispose });
}

function changeText({ style }: Io, link: LinkStatus): string {
  const time = style.dim(new Date().toLocaleTimeString());
  const way = `${plainLine(link.carrier)}, dialed by ${link.dialed ? 'this node' : 'the peer'}`;
  const lived = `by ${enderText(link)} after ${betweenText(link.openTime, link.closeTime)}`;
  const end = [reasonText(link.closeReason), lived, plainLine(link.closeMessage)];
  const facts = link.state === LinkState.CLOSED ? end : [way, plainLine(link.remoteAddress)];
  return [time, style.bold(peerText(link)), linkStateText(style, link.state), ...facts].filter(Boolean).join('  ');
}

const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_REST = '\u001b[J';
/** Lines that are too long are cut by the terminal; wrapped ones would push the rest down. */
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';

/** Ends that stay on the screen below the links. */
const SHOWN_ENDS = 10;

/** The links of each round over those of the one before; below, those that ended while one looked. */
function liveTable(io: Io): Show {
  let round: LinkStatus[] = [];
  let ends: LinkStatus[] = [];
  io.stdout.write(`${HOME}${CLEAR_REST}${WRAP_OFF}`);
  const show = ({ event }: WatchLinksResponse) => {
    if (event.case === 'link') round.push(event.value);
    if (event.case !== 'round') return;
    ends = [...round.filter(({ state }) => state === LinkState.CLOSED), ...ends].slice(0, SHOWN_ENDS);
    const open = round.filter(({ state }) => state !== LinkState.CLOSED);
    const tables = [renderLinks(io.style, open), ...(ends.length > 0 ? [renderClosedLinks(io.style, ends)] : [])];
    const lines = tables
      .join('\n\n')
      .split('\n')
      .slice(0, (io.stdout.rows ?? Number.POSITIVE_INFINITY) - 1);
    io.stdout.write(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_REST}`);
    round = [];
  };
  return showing(show, () => void io.stdout.write(WRAP_ON));
}
