/** Attached agents as the node has them: their tools among its own, their questions to its people, their place among the present. */
import type { UplinkConfig } from '../../../gen/towline/v1/config_pb.ts';
import { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { UplinkService } from '../../../gen/towline/v1/uplink_service_pb.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { createClient } from '../../rpc/client.ts';
import { createLocalTransport } from '../../rpc/local-transport.ts';
import type { Principal } from '../../rpc/principal.ts';
import { ServiceRegistry } from '../../rpc/registry.ts';
import type { Approvals } from '../../services/approval/approvals.ts';
import { deciderOf, watchPending } from '../../services/approval/approver-service.ts';
import { selfAlias } from '../../services/tool/self.ts';
import type { ToolDirectory } from '../../services/tool/service.ts';
import type { ToolSource, ToolSupplier } from '../../services/tool/source.ts';
import type { ApproverAccess, Permit } from '../../services/uplink/host.ts';
import { createUplinkService } from '../../services/uplink/service.ts';
import type { Session } from '../../services/uplink/session.ts';
import { createUplinkCalls, statusOf, watchUplinkTools } from '../../services/uplink/tools.ts';
import { Uplinks } from '../../services/uplink/uplinks.ts';
import type { Identity } from '../../trust/identity.ts';
import { localClients } from '../local-mesh.ts';
import type { Presence } from '../presence/open.ts';

export interface UplinkParts {
  readonly identity: Pick<Identity, 'nodeId'>;
  /** What towline.yaml says now. */
  readonly config: () => Readonly<Record<string, UplinkConfig>>;
  readonly tools: ToolDirectory;
  readonly presence: Pick<Presence, 'arrive'>;
  readonly approvals: Approvals;
  readonly policyVersion: () => string;
  readonly registry: ServiceRegistry;
  readonly log: Log;
}

export interface NodeUplinks {
  /** The configuration may be another one: tools may be shared with others. */
  review(): void;
  close(): void;
}

/** As the policy names it; and what people see where a rule would stand. */
const VERB = 'uplinks.permission';

/** The mesh itself, as a caller of its suppliers: who may call was decided before. */
const mesh: Principal = { kind: 'owner', name: 'mesh', groups: new Set() };

export function openUplinks(parts: UplinkParts): NodeUplinks {
  const { identity, config, tools, registry, log } = parts;
  const shareOf = (agent: string) => config()[agent]?.share ?? [];
  const uplinks = new Uplinks({
    nodeId: () => identity.nodeId,
    shareOf,
    isTaken: (upstream) => tools.local.source(upstream) !== undefined,
    offer: (session) => offer(parts, session, supplierOf(session), shareOf),
    arrive: (principal, software) => arrive(parts, principal, software),
    permit: permitBy(parts),
    approver: (principal) => approverAccess(parts.approvals, principal),
    clients: (principal) => localClients(registry, principal),
    log,
  });
  registry.add(UplinkService, createUplinkService(uplinks));
  const served = new ServiceRegistry().add(ToolService, createUplinkCalls(uplinks), { isBehindDoor: true });
  const { callTool } = createClient(ToolService, createLocalTransport(served, mesh));
  const supplierOf = (session: Session): ToolSupplier => ({
    callTool,
    watchTools: (_request, { signal = session.over } = {}) => watchUplinkTools(session, signal),
  });
  return {
    review: () => tools.changes.changed(selfAlias),
    close: () => uplinks.close(),
  };
}

function offer(
  { tools, config }: UplinkParts,
  session: Session,
  client: ToolSupplier,
  shareOf: (agent: string) => readonly string[],
): () => void {
  const { agent, upstream: name } = session;
  const source: ToolSource = {
    name,
    get share() {
      return shareOf(agent);
    },
    get trustAnnotations() {
      return config()[agent]?.trustAnnotations ?? false;
    },
    client,
    status: () => statusOf(session, shareOf(agent)),
  };
  tools.local.add(source);
  return () => {
    if (tools.local.source(name) === source) tools.local.remove(name);
  };
}

/** A list of the present that is full keeps nobody from working. */
function arrive({ presence, log }: UplinkParts, principal: Principal, software: string): () => void {
  try {
    return presence.arrive(principal, { door: 'uplink', software });
  } catch (error) {
    log.info('an attached agent is not shown', { agent: principal.name, error: messageOf(error) });
    return () => undefined;
  }
}

function approverAccess(approvals: Approvals, principal: Principal): ApproverAccess {
  const decider = deciderOf(principal);
  return {
    watch: (signal) => watchPending(approvals, decider, signal),
    decide: (answer) => approvals.decide(decider, answer),
  };
}

function permitBy({ approvals, policyVersion }: UplinkParts): Permit {
  return async ({ principal, action, argumentBytes }, signal) => {
    const question = {
      principal,
      verb: VERB,
      resource: action,
      argumentBytes,
      policyVersion: policyVersion(),
      rule: '',
    };
    const { granted, reason, comment, decidedBy, approvalId } = await approvals.ask(question, { signal });
    return { granted, reason: granted ? '' : reason, comment, decidedBy: [...decidedBy], approvalId };
  };
}
