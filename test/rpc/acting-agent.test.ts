import type { HandlerContext } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { AGENT_HEADER, actingFor, agentIn, withAgent } from '../../src/rpc/acting-agent.ts';
import { createClient } from '../../src/rpc/client.ts';
import { reasonOf } from '../../src/rpc/failure.ts';
import { serveLink } from '../../src/rpc/link-server.ts';
import { createLinkTransport } from '../../src/rpc/link-transport.ts';
import { agentOf, type Principal, principalKey, principalText } from '../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../src/rpc/registry.ts';
import { ProbeService } from '../fixtures/probe.ts';
import { fakeLinkPair } from './fake-link.ts';

const claude: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

/** Calls over a link, and whom the other side took the caller for. */
function farSide() {
  const { dialer, acceptor } = fakeLinkPair();
  const groups = new Set(['home']);
  const peer: Principal = { kind: 'peer', name: 'work', nodeId: new Uint8Array(32), groups };
  const seen: Principal[] = [];
  const echo = (_: unknown, { values }: HandlerContext) => {
    seen.push(values.get(principalKey));
    return {};
  };
  serveLink(acceptor, new ServiceRegistry().add(ProbeService, { echo }), peer);
  return { client: createClient(ProbeService, createLinkTransport(dialer)), peer, seen };
}

const reason = (call: Promise<unknown>) => call.then(() => 'none', reasonOf);

describe('the acting agent', () => {
  it.each([
    ['an agent by the name of its token', claude, 'claude'],
    ['the owner as such', { ...owner, name: 'somebody' }, 'owner'],
    ['a peer that names nobody as the node itself', { ...claude, kind: 'peer' } as Principal, 'node'],
    ['a peer as the agent that it names', { ...claude, kind: 'peer', agent: 'ada' } as Principal, 'ada'],
  ])('calls %s', (_, principal, name) => expect(agentOf(principal)).toBe(name));

  it('is named to the other node, which keeps all else of its peer', async () => {
    const { client, peer, seen } = farSide();
    await client.echo({}, actingFor(claude));
    await client.echo({}, actingFor(owner));
    await client.echo({});
    expect(seen.map(agentOf)).toEqual(['claude', 'owner', 'node']);
    expect(seen[0]).toMatchObject({ ...peer, agent: 'claude' });
    expect(new Set(seen.map(principalText))).toEqual(new Set(['peer:work']));
  });

  it('sees the groups of its peer as they are at each look', () => {
    let groups = new Set(['home']);
    const peer: Principal = {
      kind: 'peer',
      name: 'work',
      get groups() {
        return groups;
      },
    };
    const acting = withAgent(peer, 'claude');
    groups = new Set();
    expect(acting.groups.size).toBe(0);
  });

  it('costs no new headers for the same caller', () => expect(actingFor(claude)).toBe(actingFor(claude)));

  it.each([
    ['nothing', ''],
    ['a space', 'a b'],
    ['65 characters', 'x'.repeat(65)],
    ['what is no ASCII', 'zoë'],
  ])('is refused if it is %s', async (_, name) => {
    const { client, seen } = farSide();
    expect(await reason(client.echo({}, { headers: { [AGENT_HEADER]: name } }))).toBe('INVALID_AGENT');
    expect(seen).toEqual([]);
  });

  it('is refused if there are two', () => {
    const named = (value: string) => ({ name: AGENT_HEADER, value });
    expect(agentIn([{ name: 'other', value: 'x' }, named('one')])).toBe('one');
    expect(() => agentIn([named('one'), named('two')])).toThrow(/names no agent/);
  });
});
