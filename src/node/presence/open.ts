/** Puts presence together: what this node's agents say, what peers tell of theirs, and who is here by which door. */
import { create } from '@bufbuild/protobuf';
import type { ServiceImpl } from '@connectrpc/connect';
import { type Agent, AgentSchema, type Node } from '../../../gen/towline/v1/node_pb.ts';
import { type AgentPresence, AgentState, type AgentStatus, AgentType } from '../../../gen/towline/v1/presence_pb.ts';
import type { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { Broadcast } from '../../base/broadcast.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent } from '../../gateway/mcp/face/agents.ts';
import type { Link } from '../../link/link.ts';
import type { Principal } from '../../rpc/principal.ts';
import { PresenceDirectory } from '../../services/presence/directory.ts';
import type { Arrival } from '../../services/presence/own-agent.ts';
import { OwnAgents } from '../../services/presence/own-agents.ts';
import { PeerAgents } from '../../services/presence/peer-agents.ts';
import { createPresenceService } from '../../services/presence/service.ts';
import { isControlPlane } from '../../services/presence/view.ts';
import { whoOf } from '../../services/presence/who.ts';
import type { KeyedTable } from '../../store/store.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { PresenceExchange } from './exchange.ts';
import { keepSeats } from './seats.ts';
import { Visits } from './visits.ts';

export interface PresenceParts {
  /** Keeps what agents said of themselves. */
  readonly table: KeyedTable;
  readonly keyring: Keyring;
  /** The node as it is now. */
  readonly self: () => Node;
  readonly log: Log;
}

export interface Presence {
  readonly service: ServiceImpl<typeof PresenceService>;
  readonly visits: Visits;
  /** Told of sessions of MCP clients at the port. */
  readonly onSeat: (event: AgentEvent) => void;
  linkOpened(link: Link): void;
  /** The caller is here, by a door that it keeps open, until the answer is called. Throws as `OwnAgents.arrive` does. */
  arrive(principal: Principal, arrival: Arrival): () => void;
  /** The keyring or the configuration changed; these keys are trusted no longer. */
  refresh(removed?: readonly Uint8Array[]): void;
  /** Those who are here now, one for each way in which they are. */
  agents(): Agent[];
  /** What an agent of this node does; nothing for one that is not known. */
  statusOf(agent: string): AgentStatus | undefined;
  /** Marked when an agent does something else. */
  readonly changes: Broadcast<string>;
  /** How many agents are here. */
  readonly size: number;
  /** Ends all watches. */
  quiet(): void;
  /** Writes down who was here. */
  close(): Promise<void>;
}

export async function openPresence({ table, keyring, self, log }: PresenceParts): Promise<Presence> {
  const changes = new Broadcast<string>();
  const node = () => {
    const { nodeId, displayName: name, role, team } = self();
    const groups = [...new Set(keyring.entries().flatMap((entry) => [...entry.groups]))].sort();
    return { nodeId, name, role, team, groups };
  };
  const own = await OwnAgents.open({ table, node, changes, log });
  const peers = new PeerAgents(changes, log);
  const peer = (nodeId: Uint8Array) => keyring.byId(nodeId);
  const directory = new PresenceDirectory({
    own,
    peers,
    changes,
    nodeId: () => self().nodeId,
    trusted: () => keyring.entries(),
    peer,
  });
  const isSamePeer = (left: Uint8Array, right: Uint8Array) => {
    const alias = peer(left)?.alias;
    return alias !== undefined && alias === peer(right)?.alias;
  };
  const exchange = new PresenceExchange({ agents: peers, isSamePeer, log });
  const visits = new Visits(own, log);
  return {
    service: createPresenceService(directory),
    visits,
    onSeat: keepSeats(own, log),
    linkOpened: (link) => exchange.opened(link),
    arrive: (principal, arrival) => own.arrive(whoOf(principal), { isPassing: false, arrival }),
    refresh: (removed = []) => directory.refresh(removed),
    agents: () => own.rows().flatMap(agentsOf),
    statusOf: (agent) => own.row(agent)?.status,
    changes,
    get size() {
      return own.size;
    },
    quiet() {
      changes.close();
      exchange.close();
    },
    async close() {
      visits.close();
      peers.close();
      await own.close();
    },
  };
}

/** As NodeService lists them: one for each session, or one where there is no session to show. */
function agentsOf(row: AgentPresence): Agent[] {
  if (row.state !== AgentState.ONLINE || isControlPlane(row)) return [];
  const name = row.ref?.agent ?? '';
  const door = row.type === AgentType.HUMAN ? 'cli' : 'token';
  const plain = { name, door, ...(row.connectTime && { connectTime: row.connectTime }) };
  if (row.sessions.length === 0) return [create(AgentSchema, plain)];
  return row.sessions.map(({ door, software, connectTime }) =>
    create(AgentSchema, { name, door, software, ...(connectTime && { connectTime }) }),
  );
}
