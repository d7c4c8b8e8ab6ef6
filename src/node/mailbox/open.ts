/** The mail of this node: who may be meant, how letters leave it, and what opens them. */
import { MailTransferService } from '../../../gen/towline/v1/mail_transfer_service_pb.ts';
import { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { AgentStatus } from '../../../gen/towline/v1/presence_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Log } from '../../base/log.ts';
import { createClient } from '../../rpc/client.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import type { ServiceRegistry } from '../../rpc/registry.ts';
import type { Hub, Ways } from '../../services/mailbox/courier.ts';
import { openMailbox } from '../../services/mailbox/mailbox.ts';
import type { Availability } from '../../services/mailbox/reader.ts';
import type { KnownNode } from '../../services/mailbox/target.ts';
import type { Quota } from '../../services/quota.ts';
import { selfAlias } from '../../services/tool/self.ts';
import type { Store } from '../../store/store.ts';
import type { FormerKeys } from '../../trust/former-keys.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import type { Rotations } from '../../trust/rotations.ts';
import { Sealer } from '../../trust/seal.ts';
import type { Tokens } from '../../trust/tokens.ts';
import type { HubChoice } from '../hub/choice.ts';
import type { Links } from '../links.ts';
import type { Presence } from '../presence/open.ts';
import { channelSender } from './channels.ts';

export interface MailParts {
  readonly store: Store;
  readonly identity: Identity;
  readonly former: FormerKeys;
  readonly keyring: Keyring;
  readonly rotations: Rotations;
  readonly tokens: Tokens;
  readonly links: Links;
  readonly hubs: HubChoice;
  readonly presence: Presence;
  readonly registry: ServiceRegistry;
  readonly quota: Quota;
  readonly log: Log;
}

export interface NodeMail {
  /** A link to this key is open. */
  linked(nodeId: Uint8Array): void;
  close(): void;
}

/** What an agent says that it does, as its mail sees it. */
const AVAILABLE: Readonly<Record<AgentStatus, Availability>> = {
  [AgentStatus.UNSPECIFIED]: 'idle',
  [AgentStatus.IDLE]: 'idle',
  [AgentStatus.WORKING]: 'working',
  [AgentStatus.DO_NOT_DISTURB]: 'do-not-disturb',
};

/** As `agentOf` calls the person who owns the node. */
const OWNER = 'owner';

/** Opens the node's mail and offers its services. */
export async function openMail(parts: MailParts): Promise<NodeMail> {
  const { store, identity, former, keyring, rotations, registry, log } = parts;
  const ownIds = () => [identity.nodeId, ...rotations.ownBefore(identity.nodeId)];
  const isOwn = (nodeId: Uint8Array) => ownIds().some((id) => equalBytes(id, nodeId));
  const latest = (nodeId: Uint8Array) => keyring.byId(nodeId) ?? keyring.byId(rotations.latest(nodeId));
  const mailbox = await openMailbox({
    store,
    seal: new Sealer(identity, former),
    ways: waysOf(parts, (nodeId) => latest(nodeId)?.nodeId),
    book: {
      self: () => ({ nodeId: identity.nodeId, alias: selfAlias, groups: [] }),
      peers: () => keyring.entries().map(({ nodeId, alias, groups }): KnownNode => ({ nodeId, alias, groups })),
      textOf: formatNodeId,
      isAgentHere: (name) => isAgent(parts, name),
    },
    aliasOf: (nodeId) => (isOwn(nodeId) ? selfAlias : (latest(nodeId)?.alias ?? '')),
    ownIds,
    trusted: (nodeId) => keyring.byId(nodeId)?.nodeId,
    formerIds: (nodeId) => {
      const before = rotations.predecessorInGrace(nodeId);
      return before ? [before] : [];
    },
    neighbour: (callerId, nodeId) => {
      const groups = keyring.byId(callerId)?.groups ?? [];
      const entry = keyring.byId(nodeId);
      return entry?.groups.some((group) => groups.includes(group)) ? entry.nodeId : undefined;
    },
    isAgent: (name) => isAgent(parts, name),
    quota: parts.quota,
    peerOf: (nodeId) => {
      const entry = keyring.byId(nodeId);
      return entry && { kind: 'peer', name: entry.alias, nodeId: entry.nodeId, groups: new Set(entry.groups) };
    },
    availabilityOf: (name) => AVAILABLE[parts.presence.statusOf(name) ?? AgentStatus.IDLE] ?? 'idle',
    statusChanges: parts.presence.changes,
    sendToChannel: channelSender(registry),
    log,
  });
  registry.add(MailboxService, mailbox.service).add(MailTransferService, mailbox.transfer);
  const stopWatching = keyring.onChange(({ added, changed }) => {
    for (const { nodeId } of [...added, ...changed]) mailbox.linked(nodeId);
  });
  return {
    linked: (nodeId) => mailbox.linked(keyring.byId(nodeId)?.nodeId ?? nodeId),
    close() {
      stopWatching();
      mailbox.close();
    },
  };
}

function waysOf({ identity, keyring, links, hubs }: MailParts, currentId: Ways['currentId']): Ways {
  return {
    ownId: () => identity.nodeId,
    currentId,
    isLinked: (nodeId) => links.isLinked(nodeId),
    to: (nodeId) =>
      createClient(
        MailTransferService,
        createLinkTransport(() => links.linkTo(nodeId)),
      ),
    hub(): Hub | undefined {
      const alias = hubs.hubOf('mailboxes');
      const entry = alias === undefined ? undefined : keyring.byAlias(alias);
      const transport = hubs.hubTransport('mailboxes');
      return entry && transport && { nodeId: entry.nodeId, transfer: createClient(MailTransferService, transport) };
    },
  };
}

/** Who has a token as an agent, or was here as one, is one; so is the owner. */
function isAgent({ tokens, presence }: MailParts, name: string): boolean {
  if (name === OWNER || presence.statusOf(name) !== undefined) return true;
  return tokens.list().some(({ kind, subject }) => kind === TokenKind.AGENT && subject === name);
}
