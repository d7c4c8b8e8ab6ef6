/** The one port: TLS and plain, HTTP/1.1 and HTTP/2, told apart by the first bytes. */
import { createServer, type Socket } from 'node:net';
import { messageOf } from '../../base/errors.ts';
import type { HostPort } from './addresses.ts';
import { Admission, type Connection } from './admission.ts';
import { bind } from './bind.ts';
import type { ConnectionFacts } from './facts.ts';
import { createHttp1Door, endWith } from './http1-door.ts';
import { createHttp2Door } from './http2-door.ts';
import { IDENTIFY_MS } from './limits.ts';
import type { KeyAndCertificate, ListenerOptions } from './options.ts';
import { type RefusalReason, Refusals } from './refusals.ts';
import { sniff } from './sniff.ts';
import { createTlsDoor } from './tls-door.ts';
import { createWebSocketDoor } from './websocket-door.ts';

/** How often TCP asks an idle other end whether it is still there: half-open connections would stay for ever. */
const TCP_KEEP_ALIVE_MS = 60_000;

export interface Listener {
  /** Binds, and returns what was bound. Throws what `bind` throws. Once only. */
  listen(): Promise<HostPort>;
  /** Shows another key of this node to those who connect from now on. */
  renewTls(tls: KeyAndCertificate): void;
  /** Open connections. */
  readonly connectionCount: number;
  /** Connections and requests that were turned away, by reason, since the start. */
  refused(): ReadonlyMap<RefusalReason, number>;
  /**
   * Accepts nothing more, lets requests end for `graceMs` (default 0), then ends every connection. Resolves when nothing
   * is left. Idempotent; a later call with less grace hurries the first.
   */
  close(options?: { graceMs?: number }): Promise<void>;
}

export function createListener(options: ListenerOptions): Listener {
  const { handlers, log, hosts = [], remoteAddressOf = (socket: Socket) => socket.remoteAddress ?? '' } = options;
  const refusals = new Refusals();
  const admission = new Admission({
    limits: options.limits,
    identifyMs: options.identifyMs ?? IDENTIFY_MS,
    onRefused(reason, remoteAddress) {
      refusals.add(reason);
      log.debug('refused a connection', { reason, remoteAddress });
      options.onRefused?.(reason, remoteAddress);
    },
  });
  const ownHosts = [options.host, ...hosts];
  const hall = {
    admission,
    handlers,
    hosts: ownHosts,
    log,
    countRefusal(reason: RefusalReason) {
      refusals.add(reason);
      options.onRefused?.(reason, '');
    },
  };
  const http2 = createHttp2Door(hall);
  const http1 = createHttp1Door(hall, createWebSocketDoor(hall, options.tls, http2));
  const tlsDoor = createTlsDoor(options, (connection, socket, facts) => {
    connection.stage = 'http';
    (socket.alpnProtocol === 'h2' ? http2 : http1).enter(socket, { connection, facts });
  });

  const enterPlain = (connection: Connection, door: 'http1' | 'http2') => {
    connection.stage = 'http';
    if (connection.loopback || options.plainRemote) {
      return (door === 'http1' ? http1 : http2).enter(connection.socket, { connection, facts: plainFacts(connection) });
    }
    if (door === 'http2') return admission.refuse(connection, 'PLAIN_FROM_REMOTE');
    admission.settle(connection, 'PLAIN_FROM_REMOTE');
    connection.socket.resume(); // unread bytes would turn the end into a reset, and the answer would be lost
    endWith(connection.socket, '403 Forbidden', 'From another machine this node is reached by TLS only: use https.\n');
  };

  const enter = (connection: Connection, protocol: ReturnType<typeof sniff>) => {
    if (protocol === 'http1' || protocol === 'http2') return enterPlain(connection, protocol);
    if (protocol !== 'tls') return admission.refuse(connection, 'UNKNOWN_PROTOCOL');
    connection.stage = 'tls';
    tlsDoor.enter(connection);
  };

  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS });
  server.on('connection', (socket) => {
    socket.on('error', () => socket.destroy()); // resets, mostly; 'close' follows and counts
    const connection = admission.admit(socket, remoteAddressOf(socket));
    if (connection) readFirstBytes(connection, (protocol) => enter(connection, protocol));
  });

  let listening = false;
  let closing: Promise<void> | undefined;
  const end = () => {
    for (const connection of admission.connections) connection.socket.destroy();
  };
  const close = async (graceMs: number) => {
    const stopped = new Promise<void>((resolve) => {
      if (listening) server.close(() => resolve());
      else resolve();
    });
    const gone = [...admission.connections].map((connection) => {
      connection.settled = true;
      return new Promise<void>((resolve) => connection.socket.once('close', () => resolve()));
    });
    http1.drain();
    http2.drain();
    const timer = setTimeout(end, graceMs);
    if (graceMs === 0) end();
    await Promise.all([stopped, ...gone]);
    clearTimeout(timer);
  };

  return {
    async listen() {
      const bound = await bind(server, options);
      listening = true;
      // For want of file descriptors, for one: those that are there go on.
      server.on('error', (error) => log.error('cannot accept a connection', { error: messageOf(error) }));
      return bound;
    },
    get connectionCount() {
      return admission.connections.size;
    },
    renewTls: (tls) => tlsDoor.renew(tls),
    refused: () => refusals.counts(),
    close({ graceMs = 0 } = {}) {
      if (closing && graceMs === 0) end();
      closing ??= close(graceMs);
      return closing;
    },
  };
}

/** Reads just enough to know the protocol, and puts it back for the protocol's own reader. */
function readFirstBytes(connection: Connection, done: (protocol: ReturnType<typeof sniff>) => void): void {
  const { socket } = connection;
  const first: Buffer[] = [];
  const onData = (chunk: Buffer) => {
    first.push(chunk);
    const bytes = Buffer.concat(first);
    const protocol = sniff(bytes);
    if (protocol === 'more') return;
    socket.off('data', onData);
    socket.pause();
    socket.unshift(bytes);
    done(protocol);
  };
  socket.on('data', onData);
}

function plainFacts({ loopback, remoteAddress, remotePort }: Connection): ConnectionFacts {
  return { secure: false, loopback, remoteAddress, remotePort };
}
