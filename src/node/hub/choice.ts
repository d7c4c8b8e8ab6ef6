/**
 * Which node's channels, mailboxes, state, memory and skills this node uses. In this order: `hubs` in towline.yaml, `hub`
 * there, what the first join decided, itself.
 */
import { create } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { HubSource, type HubStatus, HubStatusSchema } from '../../../gen/towline/v1/admin_service_pb.ts';
import type { Config } from '../../../gen/towline/v1/config_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { LocalError } from '../../base/errors.ts';
import type { Link } from '../../link/link.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import { retryTransport } from '../../rpc/retry-transport.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { formatNodeId, shortNodeId } from '../../trust/node-id.ts';
import type { TrustTable } from '../../trust/table.ts';
import { HubDecision } from './decision.ts';
import { hubUnknown, hubUntrusted } from './problems.ts';
import { configuredHub, HUB_SERVICES, type HubService } from './services.ts';

export interface HubParts {
  /** A table of its own: what the first join decided. */
  readonly table: TrustTable;
  readonly identity: { readonly nodeId: Uint8Array };
  readonly keyring: Pick<Keyring, 'byAlias' | 'byId'>;
  /** The configuration in force. */
  readonly config: () => Config;
  /** The key that a node has now which had this one once. */
  readonly latestKey: (nodeId: Uint8Array) => Uint8Array;
  readonly linkTo: (nodeId: Uint8Array) => Link | Promise<Link>;
}

export interface HubChoice {
  /** The alias of the node whose service is used; the text of its key if it has no alias here. `undefined`: this node's own. */
  hubOf(service: HubService): string | undefined;
  /**
   * The services of that node, over a link that is opened when it is called. `undefined`: this node's own. Calls fail with
   * HUB_UNKNOWN or HUB_UNTRUSTED where no trusted key is meant. Ask anew for each call: the choice may have changed.
   */
  hubTransport(service: HubService): Transport | undefined;
  /** The keys of the hubs that are used now, this node left out, each once. */
  hubIds(): Uint8Array[];
  /** The hub that those who join this node shall use too: the one for everything. */
  hubForJoiners(): Uint8Array;
  /** Somebody joined this node. What it uses is decided then, if nothing was. */
  joinedHere(): Promise<void>;
  /** This node joined another one that uses this hub. */
  joined(hubId: Uint8Array): Promise<void>;
  /** Which hub is used for what, and why. */
  status(): HubStatus[];
}

/** A hub as it is meant; without an entry in the keyring it cannot be used. */
interface Choice {
  readonly source: HubSource;
  readonly alias: string;
  readonly nodeId?: Uint8Array;
  readonly problem?: LocalError;
}

const SELF = 'self';

export async function openHubChoice(parts: HubParts): Promise<HubChoice> {
  const { identity, keyring, config } = parts;
  const decision = await HubDecision.open(parts.table);
  const self = (source: HubSource): Choice => ({ source, alias: SELF, nodeId: identity.nodeId });

  function fromConfig(alias: string): Choice {
    if (alias === SELF) return self(HubSource.CONFIG);
    const entry = keyring.byAlias(alias);
    const known = entry ? { nodeId: entry.nodeId } : { problem: hubUnknown(alias) };
    return { source: HubSource.CONFIG, alias, ...known };
  }

  function fromJoin(): Choice {
    const { hub } = decision;
    if (hub === undefined) return self(HubSource.NONE);
    if (hub === SELF) return self(HubSource.JOIN);
    const nodeId = parts.latestKey(hub);
    const entry = keyring.byId(nodeId);
    if (entry) return { source: HubSource.JOIN, alias: entry.alias, nodeId: entry.nodeId };
    return { source: HubSource.JOIN, alias: formatNodeId(nodeId), nodeId, problem: hubUntrusted(shortNodeId(nodeId)) };
  }

  function choiceOf(service: HubService): Choice {
    const alias = configuredHub(config(), service);
    return alias === undefined ? fromJoin() : fromConfig(alias);
  }

  async function linkFor(service: HubService): Promise<Link> {
    const { nodeId, problem, alias } = choiceOf(service);
    if (problem || !nodeId) throw problem ?? hubUnknown(alias);
    return parts.linkTo(nodeId);
  }
  const transports = new Map(
    HUB_SERVICES.map((service) => [service, retryTransport(createLinkTransport(() => linkFor(service)))]),
  );

  const isSelf = ({ alias }: Choice) => alias === SELF;

  return {
    hubOf(service) {
      const choice = choiceOf(service);
      return isSelf(choice) ? undefined : choice.alias;
    },
    hubTransport: (service) => (isSelf(choiceOf(service)) ? undefined : transports.get(service)),
    hubIds() {
      const used = HUB_SERVICES.map(choiceOf).filter((choice) => !isSelf(choice) && !choice.problem);
      const ids = used.flatMap(({ nodeId }) => nodeId ?? []);
      return ids.filter((nodeId, at) => ids.findIndex((other) => equalBytes(other, nodeId)) === at);
    },
    hubForJoiners() {
      const alias = config().hub;
      const { nodeId, problem } = alias ? fromConfig(alias) : fromJoin();
      return nodeId && !problem ? nodeId : identity.nodeId;
    },
    joinedHere: () => decision.decide(SELF, identity.nodeId),
    async joined(hubId) {
      // A hub that is no peer of this node could not be asked anything: then this node goes on as it did.
      if (equalBytes(hubId, identity.nodeId) || keyring.byId(hubId)) await decision.decide(hubId, identity.nodeId);
    },
    status: () =>
      HUB_SERVICES.map((service) => {
        const { alias, nodeId, source, problem } = choiceOf(service);
        return create(HubStatusSchema, {
          service,
          alias,
          source,
          ...(nodeId && { nodeId }),
          problem: problem ? `${problem.message} (${problem.help})` : '',
        });
      }),
  };
}
