import type { X509Certificate } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type {
  IncomingHttpHeaders as Http2Headers,
  Http2ServerRequest,
  Http2ServerResponse,
  ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../../base/log.ts';
import type { ConnectionFacts } from './facts.ts';
import type { ConnectionLimits } from './limits.ts';
import type { RefusalReason } from './refusals.ts';

/** A private key and its certificate chain, as PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * Who takes what comes in. All are called after the caps and after the checks of Host and Origin. An error that is
 * thrown or rejected is logged, and answered with 500 where nothing was answered yet.
 */
export interface ListenerHandlers {
  /** A request over HTTP/1.1, or over HTTP/2 through Node's compatibility interface. */
  onRequest(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    facts: ConnectionFacts,
  ): void | Promise<void>;
  /** A stream that asks for `LinkService.Open` by HTTP/2. Nothing was answered or read. */
  onLinkStream(stream: ServerHttp2Stream, headers: Http2Headers, facts: ConnectionFacts): void | Promise<void>;
  /** Which requests for another protocol, other than a link's, `onUpgrade` gets; if absent, all. Others are served as the plain requests that they also are. */
  takesUpgrade?(request: IncomingMessage): boolean;
  /** A request over HTTP/1.1 to speak another protocol. If absent, there are only plain requests. */
  onUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer, facts: ConnectionFacts): void | Promise<void>;
}

export interface ListenerOptions {
  /** The host to bind; empty for all interfaces. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Whether plain HTTP is taken from other machines. */
  readonly plainRemote: boolean;
  readonly limits: ConnectionLimits;
  /** The node's own key and self-signed Ed25519 certificate. */
  readonly tls: KeyAndCertificate;
  /** Shown to clients that do not ask for Ed25519: those that cannot pin a key. */
  readonly ordinaryTls?: KeyAndCertificate;
  /** Names beside loopback's by which plain requests may ask for this node, such as the hosts that it advertises. */
  readonly hosts?: readonly string[];
  /** The node id that a client's certificate shows, if it shows one. */
  readonly nodeIdOfCertificate: (certificate: X509Certificate) => Uint8Array | undefined;
  readonly handlers: ListenerHandlers;
  readonly log: Log;
  /** Told of each connection and request that is turned away; the address is empty where it is not known. */
  readonly onRefused?: (reason: RefusalReason, remoteAddress: string) => void;
  /** How long a connection may take to send its first request, in milliseconds. Default `IDENTIFY_MS`. */
  readonly identifyMs?: number;
  /** Where a socket comes from. Tests play other machines with it. */
  readonly remoteAddressOf?: (socket: Socket) => string;
}
