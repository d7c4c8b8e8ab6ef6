/** RelayService on this node: between which peers it carries, and over which links. */
import type { Client } from '@connectrpc/connect';
import { RelayService } from '../../../gen/towline/v1/relay_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Log } from '../../base/log.ts';
import type { Link } from '../../link/link.ts';
import { createClient } from '../../rpc/client.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import type { CarryView } from '../../services/relay/carry.ts';
import { RELAY_ACCEPT_FEATURE, RELAY_FEATURE } from '../../services/relay/features.ts';
import { targetAway } from '../../services/relay/problems.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Keyring } from '../../trust/keyring.ts';

export interface CarryParts {
  readonly identity: Identity;
  readonly keyring: Keyring;
  readonly isOn: () => boolean;
  /** The open links of this node. */
  readonly links: () => readonly Link[];
  readonly log: Log;
}

export function carryView({ identity, keyring, isOn, links, log }: CarryParts): CarryView {
  function leg(nodeId: Uint8Array): Client<typeof RelayService> {
    const link = links().find(({ peerNodeId }) => equalBytes(peerNodeId, nodeId));
    if (!link?.isUsable) throw targetAway('it has no link to the relaying node');
    if (link.via) throw targetAway('its own link to the relaying node is relayed');
    if (!link.hello.features.includes(RELAY_ACCEPT_FEATURE)) throw targetAway('it takes no relayed links');
    return createClient(RelayService, createLinkTransport(link));
  }
  return {
    get nodeId() {
      return identity.nodeId;
    },
    isOn,
    groupsOf: (nodeId) => keyring.byId(nodeId)?.groups ?? [],
    leg,
    log,
  };
}

/** What a hello of this node announces. */
export function relayFeatures(isOn: boolean): string[] {
  return isOn ? [RELAY_FEATURE, RELAY_ACCEPT_FEATURE] : [RELAY_ACCEPT_FEATURE];
}

/** The links to peers that relay, the fastest first. No relay over a relay: it could go in circles. */
export function hubsOf(links: readonly Link[]): Link[] {
  const roundTripMs = (link: Link) => link.counters().roundTripMs ?? Number.POSITIVE_INFINITY;
  return links
    .filter((link) => link.isUsable && !link.via && link.hello.features.includes(RELAY_FEATURE))
    .sort((a, b) => roundTripMs(a) - roundTripMs(b) || 0);
}
