/** One node: everything put together, in order, and taken apart in the opposite order. */
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { ApprovalService } from '../../gen/towline/v1/approval_service_pb.ts';
import { ApproverService } from '../../gen/towline/v1/approver_service_pb.ts';
import { AuditService } from '../../gen/towline/v1/audit_service_pb.ts';
import { ChannelService } from '../../gen/towline/v1/channel_service_pb.ts';
import { GroupService } from '../../gen/towline/v1/group_service_pb.ts';
import { InstanceService } from '../../gen/towline/v1/instance_service_pb.ts';
import { JoinService } from '../../gen/towline/v1/join_service_pb.ts';
import { NodeService } from '../../gen/towline/v1/node_service_pb.ts';
import { PolicyService } from '../../gen/towline/v1/policy_service_pb.ts';
import { PresenceService } from '../../gen/towline/v1/presence_service_pb.ts';
import { RelayService } from '../../gen/towline/v1/relay_service_pb.ts';
import { RosterService } from '../../gen/towline/v1/roster_service_pb.ts';
import { RotationService } from '../../gen/towline/v1/rotation_service_pb.ts';
import { ToolService } from '../../gen/towline/v1/tool_service_pb.ts';
import type { OwnHello } from '../link/hello.ts';
import type { Link } from '../link/link.ts';
import { createClient } from '../rpc/client.ts';
import { createLinkTransport } from '../rpc/link-transport.ts';
import type { Principal } from '../rpc/principal.ts';
import { ServiceRegistry } from '../rpc/registry.ts';
import { createAdminService } from '../services/admin/service.ts';
import { createGroupService } from '../services/group/service.ts';
import { createInstanceService } from '../services/instance/service.ts';
import { createJoinService } from '../services/join/service.ts';
import { createNodeService } from '../services/node/service.ts';
import { createPolicyService } from '../services/policy/service.ts';
import { createRelay } from '../services/relay/service.ts';
import { createRosterService } from '../services/roster/service.ts';
import { createRotationService } from '../services/rotation/service.ts';
import { ToolDirectory } from '../services/tool/service.ts';
import { problemText } from '../trust/keyring-entries.ts';
import { createAdminActions } from './admin-actions.ts';
import { askForPolicy } from './approval/ask-policy.ts';
import { openApprovals } from './approval/open.ts';
import { APPROVAL_FEATURE } from './approval/watch-peers.ts';
import { recordedAdmin, recordedGroups, recordedJoin } from './audit/actions.ts';
import { approvalRecord } from './audit/approvals.ts';
import { openChannels } from './channel/open.ts';
import { homeCloned, newInstanceId } from './clones.ts';
import { Closers } from './closers.ts';
import { createDialer } from './dial.ts';
import { Ending } from './ending.ts';
import { followKeyring } from './follow-keyring.ts';
import { openGround } from './ground.ts';
import { createGroupActions } from './group/actions.ts';
import { RosterExchange } from './group/exchange.ts';
import { ROSTER_FEATURE, rosterView } from './group/view.ts';
import { openHubChoice } from './hub/choice.ts';
import { createJoinActions } from './join-actions.ts';
import { openUsage, quotaFrom } from './limits/open.ts';
import { Links } from './links.ts';
import { type LocalClients, localClients } from './local-mesh.ts';
import { type NodeMail, openMail } from './mailbox/open.ts';
import { aliasFrom } from './name.ts';
import { Peers } from './peers.ts';
import { PolicyKeeper } from './policy/keeper.ts';
import { recordedBy } from './policy/record.ts';
import { lookUpIn, policyView } from './policy/view.ts';
import { openPort } from './port.ts';
import { PRESENCE_FEATURE } from './presence/exchange.ts';
import { openPresence } from './presence/open.ts';
import { createRelayAcceptor } from './relay/accept.ts';
import { createRelayDialer } from './relay/dial.ts';
import { carryView, hubsOf, relayFeatures } from './relay/legs.ts';
import { createKeyRotation } from './rotation.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { selfView } from './self.ts';
import type { StartOptions } from './start-options.ts';
import { createTopology } from './topology/open.ts';
import { openTrust } from './trust-state.ts';
import { openUplinks } from './uplink/open.ts';
import { Upstreams } from './upstreams.ts';
import { version } from './version.ts';
import { Visitors } from './visitors.ts';

export interface RunningNode {
  /** Where it answers programs on this machine. */
  readonly url: string;
  /** Where others may dial it. */
  readonly addresses: string[];
  readonly nodeIdText: string;
  /** Lets calls under way end, then ends everything in order. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when the node has ended, whoever ended it. Rejects if it could not go on: HOME_CLONED. */
  readonly closed: Promise<void>;
  /** Its services, for somebody in this process. */
  clients(principal: Principal): LocalClients;
}

/** The port of a node that was told none. */
const defaultPort = 7433;

/**
 * Starts a node. Throws what is wrong with the home (HOME_IN_USE, KEY_FILE_TOO_OPEN, …), the configuration
 * (CONFIG_INVALID) or the port (PORT_IN_USE, …), and leaves nothing behind then.
 */
export async function startNode(options: StartOptions): Promise<RunningNode> {
  const closers = new Closers();
  try {
    return await start(options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function start(options: StartOptions, closers: Closers): Promise<RunningNode> {
  const ground = await openGround(options, closers);
  const { paths, identity, settings, name, redactor, log, audit, store, calls } = ground;
  const trust = await openTrust(ground, (chain) => rotation.follow(chain), closers);
  const { former, rotations, keyring, rosters, inheritance, tokens, invites, book } = trust;
  const config = () => settings.now.config;
  const hubs = await openHubChoice({
    table: store.table('hub'),
    identity,
    keyring,
    config,
    latestKey: (nodeId) => rotations.latest(nodeId),
    linkTo: (nodeId) => links.linkTo(nodeId),
  });
  const visitors = new Visitors((principal) => audit.doors.login(principal, 'http'));

  const approval = await openApprovals({
    store,
    identity,
    keyring,
    tokens,
    config: () => config().approvals,
    pool: () => links,
    policyVersion: () => policies.current?.policy.version ?? '',
    record: approvalRecord(audit.record),
    log,
  });
  const policies = new PolicyKeeper(lookUpIn(keyring), () => {
    tools.policyChanged();
    approval.approvals.review();
  });
  policies.gate.decided = recordedBy(audit.note);
  policies.gate.askHuman = askForPolicy(approval.approvals.ask);
  const usage = openUsage(() => config().limits, lookUpIn(keyring));
  const quota = quotaFrom(usage, () => config().limits);
  const registry = new ServiceRegistry({ log, gate: policies.gate, observer: audit.recorder, usage });
  const tools = new ToolDirectory({
    gate: policies.gate,
    intents: calls.table('intents'),
    peerClient: (alias) => links.toolClient(alias),
    log,
  });
  closers.add(() => tools.close());
  await policies.load(async () => settings.now);
  const peers = new Peers(keyring, book, (alias) => tools.peers.toolCount(alias));

  const instanceId = newInstanceId();
  let listening: Awaited<ReturnType<typeof openPort>> | undefined;
  const advertised = () => listening?.advertised() ?? [];
  const mayRelay = () => config().relay ?? true;
  const hello = (): OwnHello => ({
    instanceId,
    software: `towline/${version}`,
    displayName: name,
    role: config().role,
    team: config().team,
    addresses: advertised(),
    features: [...relayFeatures(mayRelay()), ROSTER_FEATURE, PRESENCE_FEATURE, APPROVAL_FEATURE],
  });
  const tls = identity.liveTls;
  const dialer = createDialer({
    identity,
    tls,
    hello,
    addressesOf: (nodeId) => peers.addresses(nodeId),
    locate: (nodeId, signal) => topology.locate(nodeId, signal),
    hubs: () => hubsOf(links.pool.links()),
    dialThrough: createRelayDialer({ identity, tls, hello, keyring, log }),
    succession: { own: () => ownRotations(), follow: (chain) => rotation.follow(chain) },
    log,
  });
  const predecessorOf = (nodeId: Uint8Array) => rotations.predecessorInGrace(nodeId);
  const exchange = new RosterExchange(rosters, log);
  let mail: NodeMail | undefined;
  const settled = (link: Link) => {
    exchange.opened(link);
    approval.opened(link);
    mail?.linked(link.peerNodeId);
    presence.linkOpened(link);
  };
  const links = new Links({
    identity,
    keyring,
    book,
    peers,
    tools: tools.peers,
    registry,
    ...dialer,
    predecessorOf,
    opened: (link) => audit.linked(link, keyring),
    settled,
    log,
  });
  const topology = createTopology({
    identity,
    keyring,
    rosters,
    book,
    peers,
    hubs,
    config,
    pool: () => links.pool,
    port: () => listening && Number(new URL(listening.url).port),
    probe: (nodeId) => links.probe(nodeId),
    log,
  });
  const adopt = (link: Link) => links.pool.adopt(link);
  const relay = createRelay(
    carryView({ identity, keyring, isOn: mayRelay, links: () => links.pool.links(), log }),
    createRelayAcceptor({ identity, tls, hello, keyring, adopt, log }),
  );
  const upstreams = new Upstreams(tools.local, redactor, log);
  closers.add(() => upstreams.close());

  const self = selfView(identity, name, config);
  const presence = await openPresence({ table: store.table('agents'), keyring, self, log });
  closers.add(() => presence.close());
  const onTrust = async (nodeId: Uint8Array) => {
    await peers.refresh(nodeId);
    topology.review(nodeId);
    links.probe(nodeId);
  };
  const cutOff = (nodeId: Uint8Array) => {
    links.pool.revoke(nodeId);
    visitors.end(nodeId);
    peers.forget(nodeId);
    topology.forget(nodeId);
  };
  const rotation = createKeyRotation({
    home: paths.home,
    identity,
    former,
    keyring,
    book,
    rotations,
    tokens,
    rosters,
    inheritance,
    pool: () => links.pool,
    renewTls: () => listening?.renewTls(),
    onTrust,
    record: audit.rotated,
    onGraceEnd: cutOff,
    log,
  });
  closers.add(() => rotation.close());
  const ownRotations = () => {
    const oldest = rotations.ownBefore(identity.nodeId).at(-1);
    return oldest ? rotations.ownFrom(oldest, identity.nodeId) : [];
  };
  const reload = async () => {
    settings.now = await policies.load(settings.read);
    usage.forget();
    audit.reloaded(settings.now.errors.length);
    relay.review();
    approval.approvals.review();
    presence.refresh();
    topology.review();
    uplinks.review();
    await upstreams.apply(settings.now.upstreams);
  };
  const ending = new Ending(closers, log);
  const admin = createAdminActions({
    identity,
    keyring,
    rosters,
    book,
    invites,
    tokens,
    peers,
    agentCount: () => presence.size,
    visitors,
    tools: tools.local,
    self,
    hubs,
    onTrust,
    reload,
    rotate: (graceMs) => rotation.rotate(graceMs),
    listenAddresses: () => listening?.bound() ?? [],
    advertiseAddresses: advertised,
    links: links.board,
    routes: () => topology.routes(),
    methods: () => registry.methods(),
    refused: () => listening?.refused() ?? {},
    warnings: () => [...warnings, ...audit.warnings()],
    configErrors: () => [
      ...settings.now.errors,
      ...(policies.refusal === '' ? [] : [`${policies.refusal} (not in force; what was before stays)`]),
      ...keyring.problems().map(problemText),
      ...rosters.broken().map(({ error }) => `${error.message} (${error.help})`),
    ],
    shutdown: () => ending.stopSoon(),
    joinClientAt: dialer.joinClientAt,
  });
  const warnings = new Set<string>();
  const onClone = ({ isElder, seenBy }: { isElder: boolean; seenBy: string }) => {
    const error = homeCloned(seenBy);
    log.error('another node runs with the key of this one', { seenBy, isElder });
    if (isElder) {
      warnings.add(`another node has run with the key of this one, and was told to end; ${seenBy} has seen it`);
      return;
    }
    ending.stopSoon(error);
  };
  const join = createJoinActions({ identity, invites, keyring, rosters, book, hubs, nodeName: name, log, onTrust });
  const groups = createGroupActions({
    identity,
    rosters,
    keyring,
    book,
    ownAlias: () => aliasFrom(name),
    ownAddresses: advertised,
    rosterClient: (nodeId) =>
      createClient(
        RosterService,
        createLinkTransport(() => links.pool.linkTo(nodeId)),
      ),
    log,
  });
  const nodeView = {
    self,
    peers: () => peers.list(),
    peer: (alias: string) => peers.byAlias(alias),
    agents: () => presence.agents(),
    whereabouts: (nodeId: Uint8Array) => {
      const entry = keyring.byId(nodeId);
      return entry && { groups: entry.groups, addresses: peers.addresses(entry.nodeId) };
    },
    peerChanges: peers.changes,
  };
  const channels = await openChannels({ store, identity, alias: aliasFrom(name), keys: rotations, hubs, quota, log });
  closers.add(() => channels.close());
  registry
    .add(ToolService, tools.service)
    .add(ChannelService, channels.service)
    .add(NodeService, createNodeService(nodeView))
    .add(JoinService, createJoinService(recordedJoin(join, audit.note)))
    .add(RelayService, relay.service)
    .add(InstanceService, createInstanceService({ identity, instanceId, onClone }))
    .add(RotationService, createRotationService(rotation))
    .add(RosterService, createRosterService(rosterView(rosters, log)))
    .add(PolicyService, createPolicyService(policyView({ keeper: policies, keyring, tokens, tools })))
    .add(GroupService, createGroupService(recordedGroups(groups, audit.note)))
    .add(ApprovalService, approval.service)
    .add(ApproverService, approval.approverService)
    .add(AuditService, audit.service)
    .add(PresenceService, presence.service)
    .add(AdminService, createAdminService(recordedAdmin(admin, audit.note)));
  mail = await openMail({
    store,
    identity,
    former,
    keyring,
    rotations,
    tokens,
    links,
    hubs,
    presence,
    registry,
    quota,
    log,
  });

  const uplinks = openUplinks({
    identity,
    config: () => config().uplinks,
    tools,
    presence,
    approvals: approval.approvals,
    policyVersion: () => policies.current?.policy.version ?? '',
    registry,
    log,
  });

  closers.add(audit.watchTrust(keyring));
  closers.add(followKeyring({ keyring, peers, policies, usage, presence, links, relay, topology, tools, cutOff, log }));

  const { listen } = config();
  listening = await openPort({
    host: options.listen?.host ?? listen?.host ?? '',
    port: options.listen?.port ?? listen?.port ?? defaultPort,
    home: paths.home,
    advertise: options.listen?.advertise ?? listen?.advertise ?? [],
    config: config(),
    identity,
    tls,
    hello,
    keyring,
    whyUntrusted: (nodeId) => rosters.whyOut(nodeId),
    tokens,
    registry,
    presence,
    visitors,
    doors: audit.doors,
    adopt,
    log,
  });
  closers.add(() => listening?.close());
  closers.add(() => links.pool.close());
  closers.add(() => {
    channels.close();
    tools.changes.close();
    rosters.changes.close();
    exchange.close();
    presence.quiet();
    peers.changes.close();
    links.board.close();
    tools.peers.close();
    relay.close();
    mail?.close();
    uplinks.close();
  });
  closers.add(() => approval.close());
  const { url } = listening;
  await writeRunFile(paths.runFile, { pid: process.pid, url, startTime: new Date().toISOString(), version });
  closers.add(() => removeRunFile(paths.runFile));

  await upstreams.apply(settings.now.upstreams);
  await peers.refresh();
  closers.add(() => topology.close());
  await inheritance.enter();
  await topology.open();
  for (const error of settings.now.errors) log.warn('configuration', { error });
  log.info('node up', { nodeId: identity.text, url, version });

  return {
    url,
    addresses: advertised(),
    get nodeIdText() {
      return identity.text;
    },
    stop: () => ending.stop(),
    closed: ending.closed,
    clients: (principal) => localClients(registry, principal),
  };
}
