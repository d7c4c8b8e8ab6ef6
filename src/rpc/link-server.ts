/** Serves a registry's services to the other end of a link. */
import { ConnectError } from '@connectrpc/connect';
import type { IncomingStream, Link, StreamEvents } from '../link/link.ts';
import { agentIn, withAgent } from './acting-agent.ts';
import { IncomingCall } from './incoming-call.ts';
import type { Principal } from './principal.ts';
import type { ServiceRegistry } from './registry.ts';
import { errorStatus, unknownMethod } from './status.ts';

/** Takes the calls of the other side from now on. `principal` is asked at each call: a peer's groups may change. */
export function serveLink(link: Link, registry: ServiceRegistry, principal: Principal | (() => Principal)): void {
  const who = typeof principal === 'function' ? principal : () => principal;
  link.accept((stream) => acceptCall(stream, registry, who));
}

function acceptCall(stream: IncomingStream, registry: ServiceRegistry, who: () => Principal): StreamEvents {
  const entry = registry.find(stream.method);
  if (entry === undefined) {
    stream.end(errorStatus(unknownMethod(stream.method)));
    return DEAF;
  }
  let principal: Principal;
  try {
    principal = withAgent(who(), agentIn(stream.metadata));
  } catch (error) {
    stream.end(errorStatus(ConnectError.from(error)));
    return DEAF;
  }
  const call = new IncomingCall(stream, entry, principal);
  call.start();
  return call;
}

/** For calls that ended before they began. */
const DEAF: StreamEvents = { onMessage: () => undefined, onEnd: () => undefined };
