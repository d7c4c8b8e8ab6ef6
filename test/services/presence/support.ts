// PresenceService in memory, as whoever the test says.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient, createRouterTransport } from '@connectrpc/connect';
import { type AgentPresence, AgentPresenceSchema, AgentState } from '../../../gen/towline/v1/presence_pb.ts';
import { PresenceService, type WatchPresenceResponse } from '../../../gen/towline/v1/presence_service_pb.ts';
import { Broadcast } from '../../../src/base/broadcast.ts';
import { equalBytes } from '../../../src/base/bytes.ts';
import { createLog, type LogRecord } from '../../../src/base/log.ts';
import { type Principal, principalKey } from '../../../src/rpc/principal.ts';
import { PresenceDirectory, type TrustedPeer } from '../../../src/services/presence/directory.ts';
import { OwnAgents } from '../../../src/services/presence/own-agents.ts';
import { PeerAgents } from '../../../src/services/presence/peer-agents.ts';
import { createPresenceService } from '../../../src/services/presence/service.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';

export const ownId = new Uint8Array(32).fill(1);
export const deskId = new Uint8Array(32).fill(2);

export const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
export const claude: Principal = { kind: 'agent', name: 'claude', groups: new Set() };
export const program = (name: string, ...groups: string[]): Principal => ({
  kind: 'program',
  name,
  groups: new Set(groups),
});
export const peer = (...groups: string[]): Principal => ({
  kind: 'peer',
  name: 'desk',
  nodeId: deskId,
  groups: new Set(groups),
});

/** A node that trusts "desk", in the groups home and lab. */
export async function openPresence(store = openMemoryStore()) {
  const logged: LogRecord[] = [];
  const log = createLog((record) => logged.push(record));
  const changes = new Broadcast<string>();
  const trusted: TrustedPeer[] = [{ nodeId: deskId, alias: 'desk', groups: ['home', 'lab'] }];
  const node = () => ({ nodeId: ownId, name: 'Laptop', role: 'director', team: 'core', groups: ['home', 'lab'] });
  const own = await OwnAgents.open({ table: store.table('agents'), node, changes, log });
  const peers = new PeerAgents(changes, log);
  const directory = new PresenceDirectory({
    own,
    peers,
    changes,
    nodeId: () => ownId,
    trusted: () => trusted,
    peer: (nodeId) => trusted.find((each) => equalBytes(each.nodeId, nodeId)),
  });
  const as = (principal: Principal): Client<typeof PresenceService> =>
    createClient(
      PresenceService,
      createRouterTransport((router) => router.service(PresenceService, createPresenceService(directory)), {
        router: {
          interceptors: [
            (next) => (request) =>
              next({ ...request, contextValues: request.contextValues.set(principalKey, principal) }),
          ],
        },
      }),
    );
  return { store, own, peers, directory, trusted, logged, as };
}

/** A row as a peer would send it. */
export function rowOf(agent: string, rest: MessageInitShape<typeof AgentPresenceSchema> = {}): AgentPresence {
  return create(AgentPresenceSchema, { ref: { nodeId: deskId, agent }, state: AgentState.ONLINE, ...(rest as object) });
}

export const isDesk = (nodeId: Uint8Array) => equalBytes(nodeId, deskId);

export const names = (rows: readonly AgentPresence[]) => rows.map(({ alias, ref }) => `${alias}/${ref?.agent}`);

/** What a watch says, in short. */
export function textOf({ event }: WatchPresenceResponse): string {
  if (event.case === 'removed') return `-${event.value.agent}`;
  if (event.case !== 'agent') return event.case ?? '';
  return `${event.value.ref?.agent} ${event.value.state === AgentState.ONLINE ? 'on' : 'off'}`;
}
