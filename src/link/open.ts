/** Opens links: `LinkService.Open` on an HTTP/2 stream, spoken below any Connect library. */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type ServerHttp2Stream,
} from 'node:http2';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { LinkService } from '../../gen/towline/v1/link_service_pb.ts';
import { LocalError } from '../base/errors.ts';
import type { Carrier } from './carrier/carrier.ts';
import { Channel } from './channel.ts';
import { systemClock } from './clock.ts';
import { END_FLAG, envelopeOf } from './envelope.ts';
import { type LinkOptions, shakeHands } from './handshake.ts';
import { linkLimits } from './limits.ts';
import type { Link } from './link.ts';
import { refusalJson } from './refusal.ts';
import type { CarrierFacts } from './session.ts';
import { FIRST_WINDOW_BYTES, growWindow } from './windows.ts';

/** Where the listener finds links: `:path` of their requests. */
export const OPEN_PATH = `/${LinkService.typeName}/${LinkService.method.open.name}`;

/** Connect streaming with binary messages. */
export const OPEN_CONTENT_TYPE = 'application/connect+proto';

/** Nobody reads the name: keys are what counts. */
const AUTHORITY = 'http://towline.invalid';

/**
 * Opens a link over a carrier, which it owns from now on. Rejects with a `LocalError`: LINK_UNTRUSTED, LINK_BAD_HELLO,
 * LINK_VERSION_MISMATCH, LINK_HELLO_TIMEOUT, LINK_PROTOCOL_ERROR, LINK_LIMIT_EXCEEDED, LINK_LOST or LINK_REFUSED.
 */
export function dialLink(carrier: Carrier, options: LinkOptions, signal?: AbortSignal): Promise<Link> {
  const session = connect(AUTHORITY, {
    createConnection: () => carrier.stream,
    settings: { enablePush: false, initialWindowSize: FIRST_WINDOW_BYTES },
  });
  session.on('error', ignoreTold);
  const stream = session.request(
    { ':method': 'POST', ':path': OPEN_PATH, 'content-type': OPEN_CONTENT_TYPE, 'connect-protocol-version': '1' },
    { endStream: false },
  );
  const channel = new Channel(stream, 'dialer');
  growWindow(stream);
  stream.once('response', (headers) => refuseForeign(channel, headers));
  const release = (reason: CloseReason) => releaseDialed(session, stream, carrier, reason, options);
  return shakeHands({ channel, facts: carrier, dialed: true, options, release }, signal);
}

/** An answer that is no stream of Connect: what listens there is no node. */
function refuseForeign(channel: Channel, headers: IncomingHttpHeaders & IncomingHttpStatusHeader): void {
  if (headers[':status'] === 200 && headers['content-type'] === OPEN_CONTENT_TYPE) return;
  const message = `HTTP ${headers[':status']}: what listens there takes no links`;
  channel.receiver?.onEnd(message, Buffer.from(JSON.stringify({ error: { code: 'unknown', message } })));
}

/** The connection served the link alone. */
function releaseDialed(
  session: ClientHttp2Session,
  stream: ClientHttp2Stream,
  carrier: Carrier,
  reason: CloseReason,
  options: LinkOptions,
): void {
  const destroy = () => {
    // The carrier first: a session that is destroyed writes once more, which Node forbids while another write is
    // under way on a stream in JavaScript.
    carrier.stream.destroy();
    session.destroy();
  };
  if (isDead(reason)) destroy();
  else afterLinger(stream, options, destroy);
}

export interface AcceptOptions extends LinkOptions {
  /** Whether the keyring has this key. */
  readonly isTrusted: (nodeId: Uint8Array) => boolean;
  /** What a key that was trusted once is told of why it is no longer; nothing for a stranger. */
  readonly whyUntrusted?: (nodeId: Uint8Array) => string | undefined;
}

/**
 * Answers an Open on an HTTP/2 server, before any Connect library sees it. Rejects as `dialLink` does, after the dialer
 * was told.
 */
export async function acceptLink(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  facts: CarrierFacts,
  options: AcceptOptions,
): Promise<Link> {
  if (headers['content-type'] !== OPEN_CONTENT_TYPE) throw refuseType(stream);
  stream.respond({ ':status': 200, 'content-type': OPEN_CONTENT_TYPE });
  if (!options.isTrusted(facts.peerNodeId)) throw refuseKey(stream, options.whyUntrusted?.(facts.peerNodeId));
  if (isCompressed(headers)) throw refuseCompression(stream);
  stream.session?.settings({ initialWindowSize: FIRST_WINDOW_BYTES });
  const channel = new Channel(stream, 'acceptor');
  growWindow(stream);
  const release = (reason: CloseReason) => releaseAccepted(stream, reason, options);
  return shakeHands({ channel, facts, dialed: false, options, release });
}

function refuseType(stream: ServerHttp2Stream): LocalError {
  stream.on('error', ignoreTold);
  stream.respond({ ':status': 415, 'accept-post': OPEN_CONTENT_TYPE }, { endStream: true });
  return new LocalError('LINK_PROTOCOL_ERROR', `a link must be opened with content-type ${OPEN_CONTENT_TYPE}`);
}

function refuseKey(stream: ServerHttp2Stream, why: string | undefined): LocalError {
  endRefused(stream, CloseReason.UNTRUSTED, `this key is not trusted here${why === undefined ? '' : `: ${why}`}`);
  return new LocalError('LINK_UNTRUSTED', 'a key that is not trusted asked for a link');
}

/** A small packet could become a large one: nothing on a link is ever compressed. */
function refuseCompression(stream: ServerHttp2Stream): LocalError {
  const message = 'a link is not compressed: leave out content-encoding and connect-content-encoding';
  endRefused(stream, CloseReason.PROTOCOL_ERROR, message);
  return new LocalError('LINK_PROTOCOL_ERROR', message);
}

function isCompressed(headers: IncomingHttpHeaders): boolean {
  const encodings = [headers['content-encoding'], headers['connect-content-encoding']];
  return encodings.some((encoding) => encoding !== undefined && encoding !== 'identity');
}

function endRefused(stream: ServerHttp2Stream, reason: CloseReason, message: string): void {
  stream.on('error', ignoreTold);
  stream.resume();
  stream.end(envelopeOf(END_FLAG, refusalJson(reason, message)));
}

/** The connection may serve other requests: it is cut only for reasons that make it worthless. */
function releaseAccepted(stream: ServerHttp2Stream, reason: CloseReason, options: LinkOptions): void {
  const destroy = () => (isPolite(reason) ? stream.destroy() : stream.session?.destroy());
  if (isDead(reason)) destroy();
  else afterLinger(stream, options, destroy);
}

/** Nothing can be said any more. */
function isDead(reason: CloseReason): boolean {
  return reason === CloseReason.HEARTBEAT_TIMEOUT || reason === CloseReason.CARRIER_LOST;
}

/** Ends that blame nobody. */
const polite: ReadonlySet<CloseReason> = new Set([
  CloseReason.UNSPECIFIED,
  CloseReason.SHUTDOWN,
  CloseReason.DUPLICATE,
  CloseReason.REQUESTED,
]);

function isPolite(reason: CloseReason): boolean {
  return polite.has(reason);
}

/** Lets the last packet leave: until the other side has closed too, but not for ever. */
function afterLinger(stream: ClientHttp2Stream | ServerHttp2Stream, options: LinkOptions, then: () => void): void {
  const { clock = systemClock, limits } = options;
  const stop = clock.after(limits?.lingerMs ?? linkLimits.lingerMs, then);
  stream.once('close', () => {
    stop();
    then();
  });
  if (stream.closed) then();
}

/** The stream tells it too. */
function ignoreTold(): void {}
