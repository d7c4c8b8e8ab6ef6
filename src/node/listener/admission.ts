/** Who may connect at all: counts connections and turns away what is over the limits. */
import type { Socket } from 'node:net';
import { isLoopbackAddress } from '../../base/loopback.ts';
import type { ConnectionLimits } from './limits.ts';
import type { RefusalReason } from './refusals.ts';

export interface AdmissionOptions {
  readonly limits: ConnectionLimits;
  /** How long a connection may take to send its first whole request, in milliseconds. */
  readonly identifyMs: number;
  /** A connection was turned away, cut off, or ended by itself before it had asked anything. */
  onRefused(reason: RefusalReason, remoteAddress: string): void;
}

/** A connection that was let in. */
export class Connection {
  readonly socket: Socket;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly loopback: boolean;
  /** How far it came: nothing said, a TLS handshake, or HTTP. */
  stage: 'silent' | 'tls' | 'http' = 'silent';
  /** It has sent the head of a whole request. */
  identified = false;
  /** Why it ends was counted, or is no fault of its own: its close means nothing more. */
  settled = false;
  /** Ends it unless it is identified in time. */
  timer: NodeJS.Timeout | undefined;

  constructor(socket: Socket, remoteAddress: string) {
    this.socket = socket;
    this.remoteAddress = remoteAddress;
    this.remotePort = socket.remotePort ?? 0;
    // From one of this machine's addresses to the same: nobody else could finish a handshake with that sender.
    this.loopback = isLoopbackAddress(remoteAddress) || remoteAddress === socket.localAddress;
  }
}

/**
 * Counts connections. This machine is exempt from the limit per address: behind 127.0.0.1 stand all its programs, every
 * tunnel and every proxy, and whoever runs programs here needs no flood to do harm.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #connections = new Set<Connection>();
  readonly #perAddress = new Map<string, number>();
  readonly #unidentified = { local: 0, remote: 0 };

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Lets a connection in, until its socket closes; or destroys the socket and returns nothing. */
  admit(socket: Socket, remoteAddress: string): Connection | undefined {
    const connection = new Connection(socket, remoteAddress);
    const reason = this.#reasonAgainst(connection);
    if (reason) {
      this.refuse(connection, reason);
      return undefined;
    }
    this.#count(connection, 1);
    this.#connections.add(connection);
    this.#await(connection);
    socket.once('close', () => {
      clearTimeout(connection.timer);
      this.#connections.delete(connection);
      this.#count(connection, -1);
      setImmediate(() => this.#gone(connection)); // HTTP/2 says what was wrong after the socket's end
    });
    return connection;
  }

  /** The connection has sent a whole request. Idempotent. */
  identify(connection: Connection): void {
    if (connection.identified) return;
    clearTimeout(connection.timer);
    this.#unidentified[sideOf(connection)]--;
    connection.identified = true;
  }

  /**
   * What the connection has asked for says nothing of who it is, only what comes next. Returns whether there is room for
   * it among the unidentified; else it is destroyed. (Nor is there if it has closed.)
   */
  beginAgain(connection: Connection): boolean {
    if (!this.#connections.has(connection)) return false;
    if (this.#unidentified[sideOf(connection)] >= this.#options.limits.maxUnidentifiedConnections) {
      this.refuse(connection, 'TOO_MANY_UNIDENTIFIED');
      return false;
    }
    this.#unidentified[sideOf(connection)]++;
    connection.identified = false;
    this.#await(connection);
    return true;
  }

  /** Counts why a connection ends. Only the first reason counts: later ones are its echoes. */
  settle(connection: Connection, reason: RefusalReason): void {
    if (connection.settled) return;
    connection.settled = true;
    this.#options.onRefused(reason, connection.remoteAddress);
  }

  /** Ends a connection now, and counts why. */
  refuse(connection: Connection, reason: RefusalReason): void {
    this.settle(connection, reason);
    connection.socket.destroy();
  }

  #await(connection: Connection): void {
    clearTimeout(connection.timer);
    connection.timer = setTimeout(() => this.#late(connection), this.#options.identifyMs).unref();
  }

  #gone(connection: Connection): void {
    if (!connection.identified) this.settle(connection, connection.stage === 'tls' ? 'TLS_FAILED' : 'SAID_NOTHING');
  }

  #late(connection: Connection): void {
    if (!connection.identified) this.refuse(connection, 'TOO_SLOW');
  }

  #reasonAgainst(connection: Connection): RefusalReason | undefined {
    const { limits } = this.#options;
    if (this.#connections.size >= limits.maxConnections) return 'TOO_MANY_CONNECTIONS';
    if (this.#unidentified[sideOf(connection)] >= limits.maxUnidentifiedConnections) return 'TOO_MANY_UNIDENTIFIED';
    const ofAddress = this.#perAddress.get(connection.remoteAddress) ?? 0;
    if (!connection.loopback && ofAddress >= limits.maxConnectionsPerAddress) return 'TOO_MANY_FROM_ADDRESS';
    return undefined;
  }

  #count(connection: Connection, by: 1 | -1): void {
    if (!connection.identified) this.#unidentified[sideOf(connection)] += by;
    const ofAddress = (this.#perAddress.get(connection.remoteAddress) ?? 0) + by;
    if (ofAddress > 0) this.#perAddress.set(connection.remoteAddress, ofAddress);
    else this.#perAddress.delete(connection.remoteAddress);
  }
}

function sideOf(connection: Connection): 'local' | 'remote' {
  return connection.loopback ? 'local' : 'remote';
}
