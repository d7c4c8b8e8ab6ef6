import { create } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CloseReason, HelloBodySchema } from '../../../gen/towline/v1/frame_pb.ts';
import { AgentState } from '../../../gen/towline/v1/presence_pb.ts';
import { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { Broadcast } from '../../../src/base/broadcast.ts';
import { equalBytes } from '../../../src/base/bytes.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Link, LinkEnd } from '../../../src/link/link.ts';
import { PRESENCE_FEATURE, PresenceExchange } from '../../../src/node/presence/exchange.ts';
import { serveLink } from '../../../src/rpc/link-server.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { GRACE_MS } from '../../../src/services/presence/limits.ts';
import { PeerAgents } from '../../../src/services/presence/peer-agents.ts';
import { fakeLinkPair } from '../../rpc/fake-link.ts';
import { deskId, rowOf } from '../../services/presence/support.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A link to a desk on which ada works, and how to end it. */
function deskLink() {
  const { dialer, acceptor } = fakeLinkPair();
  const registry = new ServiceRegistry().add(PresenceService, {
    async *watchPresence(_, { signal }) {
      yield { event: { case: 'agent', value: rowOf('ada') } } as const;
      yield { event: { case: 'synced', value: {} } } as const;
      await new Promise((aborted) => signal.addEventListener('abort', aborted));
    },
  });
  serveLink(acceptor, registry, { kind: 'peer', name: 'laptop', groups: new Set(['home']) });
  const closed = Promise.withResolvers<LinkEnd>();
  const hello = create(HelloBodySchema, { features: [PRESENCE_FEATURE] });
  const link: Link = { ...dialer, peerNodeId: deskId, hello, closed: closed.promise };
  const end = (reason: CloseReason, remote = true) => closed.resolve({ reason, remote, message: '', timeMs: 0 });
  return { link, end };
}

function open() {
  const agents = new PeerAgents(new Broadcast(), silentLog);
  const exchange = new PresenceExchange({ agents, isSamePeer: equalBytes, log: silentLog });
  const state = () => agents.row(deskId, 'ada')?.state;
  const settled = (wanted: AgentState) => vi.waitFor(() => expect(state()).toBe(wanted));
  return { exchange, state, settled };
}

describe('what becomes of the agents of a peer when its link ends', () => {
  it.each([
    ['it shuts down', CloseReason.SHUTDOWN, true],
    ['its owner ended the link', CloseReason.REQUESTED, true],
    ['it is trusted no longer', CloseReason.UNTRUSTED, false],
    ['nothing was heard of it for 30 seconds', CloseReason.HEARTBEAT_TIMEOUT, false],
  ])('they are offline at once if %s', async (_, reason, remote) => {
    const { exchange, settled } = open();
    const { link, end } = deskLink();
    exchange.opened(link);
    await settled(AgentState.ONLINE);
    end(reason, remote);
    await settled(AgentState.OFFLINE);
    exchange.close();
  });

  it('they stay for the grace if the carrier broke, and longer if the link is back by then', async () => {
    const { exchange, state, settled } = open();
    const [first, second] = [deskLink(), deskLink()];
    exchange.opened(first.link);
    await settled(AgentState.ONLINE);
    vi.useFakeTimers();
    first.end(CloseReason.CARRIER_LOST, false);
    await vi.advanceTimersByTimeAsync(GRACE_MS - 100);
    expect(state()).toBe(AgentState.ONLINE);
    exchange.opened(second.link);
    await vi.advanceTimersByTimeAsync(10 * GRACE_MS);
    expect(state()).toBe(AgentState.ONLINE);
    second.end(CloseReason.CARRIER_LOST, false);
    await vi.advanceTimersByTimeAsync(GRACE_MS + 100);
    expect(state()).toBe(AgentState.OFFLINE);
    exchange.close();
  });

  it('they stay if a newer link has taken the place of the one that ended', async () => {
    const { exchange, state, settled } = open();
    const [first, second] = [deskLink(), deskLink()];
    exchange.opened(first.link);
    exchange.opened(second.link);
    await settled(AgentState.ONLINE);
    first.end(CloseReason.SHUTDOWN);
    await Promise.resolve();
    expect(state()).toBe(AgentState.ONLINE);
    exchange.close();
  });
});
