/** Reaches an upstream: opens its channel, agrees on an era, lists its tools. */
import type { ConnectError } from '@connectrpc/connect';
import { reasonOf } from '../../../rpc/failure.ts';
import type { RpcNotification } from '../wire.ts';
import type { OpenChannel } from './channel.ts';
import { upstreamDown } from './failures.ts';
import { shakeHands } from './handshake.ts';
import type { Hello } from './hello.ts';
import type { ResolvedOptions } from './options.ts';
import { Session, type SessionEvents } from './session.ts';
import type { Era } from './spec.ts';

/** A session that has agreed on an era. */
export interface Connection {
  readonly session: Session;
  readonly hello: Hello;
}

export interface ConnectOptions {
  readonly open: OpenChannel;
  /** Whether it is a child, which may end because it was asked something that it does not know. */
  readonly child: boolean;
  readonly protocol: 'auto' | Era;
  readonly options: ResolvedOptions;
  readonly signal: AbortSignal;
  onNotification(notification: RpcNotification): void;
  /** The connection that was returned has ended. */
  onEnded(error: ConnectError): void;
}

/**
 * Connects once. A child that exits on the probe (some servers end on any request before `initialize`) is started
 * again as legacy. Rejects, leaving nothing running, if the upstream is not reached or `signal` aborts.
 */
export async function connect(request: ConnectOptions): Promise<Connection> {
  try {
    return await connectAs(request, request.protocol);
  } catch (error) {
    const endedOnProbe = request.child && request.protocol === 'auto' && reasonOf(error) === 'OUTCOME_UNKNOWN';
    if (!endedOnProbe || request.signal.aborted) throw error;
    return connectAs(request, 'legacy');
  }
}

async function connectAs(request: ConnectOptions, protocol: 'auto' | Era): Promise<Connection> {
  const { signal, options } = request;
  const session = await Session.open(request.open, sessionEvents(request), signal);
  const abort = () => void session.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) throw upstreamDown('it was stopped');
    return { session, hello: await shakeHands(session, protocol, options) };
  } catch (error) {
    await session.close();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function sessionEvents(request: ConnectOptions): SessionEvents {
  return {
    notification: (notification) => request.onNotification(notification),
    ended: (error) => request.onEnded(error),
  };
}
