/** How each peer would be reached now, and why: what `towline peers --routes` shows. */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  AddressSource,
  type KeepReason,
  type Route,
  type RouteAddress,
  RouteAddressSchema,
  RouteKind,
  RouteSchema,
} from '../../../gen/towline/v1/admin_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Link } from '../../link/link.ts';
import { directFirst } from '../../trust/address.ts';
import type { KnownAddress } from '../../trust/address-book.ts';
import type { KeyringEntry } from '../../trust/keyring-entries.ts';
import { nodeIdKey } from '../../trust/node-id.ts';

export interface RouteParts {
  readonly entries: () => readonly KeyringEntry[];
  readonly aliasOf: (nodeId: Uint8Array) => string | undefined;
  readonly addressesOf: (nodeId: Uint8Array) => readonly KnownAddress[];
  readonly lastErrorOf: (nodeId: Uint8Array) => string;
  readonly linkTo: (nodeId: Uint8Array) => Link | undefined;
  /** The links to peers that relay, in the order in which they are asked. */
  readonly relays: () => readonly Link[];
  /** Why links are kept, by key. */
  readonly reasons: () => ReadonlyMap<string, KeepReason[]>;
}

const SOURCES: Readonly<Record<KnownAddress['source'], AddressSource>> = {
  manual: AddressSource.MANUAL,
  invite: AddressSource.INVITE,
  roster: AddressSource.ROSTER,
  discovery: AddressSource.DISCOVERY,
  hello: AddressSource.HELLO,
  hub: AddressSource.HUB,
};

export function listRoutes(parts: RouteParts): Route[] {
  const reasons = parts.reasons();
  return parts.entries().map((entry) => routeTo(entry, reasons.get(nodeIdKey(entry.nodeId)) ?? [], parts));
}

function routeTo({ nodeId, alias }: KeyringEntry, keepReasons: KeepReason[], parts: RouteParts): Route {
  const link = parts.linkTo(nodeId);
  const addresses = inDialOrder(parts.addressesOf(nodeId)).map(routeAddress);
  const relayAliases = parts
    .relays()
    .filter((relay) => !equalBytes(relay.peerNodeId, nodeId))
    .map((relay) => parts.aliasOf(relay.peerNodeId) ?? '');
  const kind = kindOf(link, addresses, relayAliases);
  return create(RouteSchema, {
    alias,
    nodeId,
    kind,
    addresses,
    relayAliases,
    keepReasons,
    lastError: link ? '' : parts.lastErrorOf(nodeId),
    problem: kind === RouteKind.NONE ? 'no address of it is known, and no linked peer relays' : '',
    ...(link && linkFacts(link, parts)),
  });
}

function kindOf(link: Link | undefined, addresses: readonly unknown[], relays: readonly unknown[]): RouteKind {
  if (link) return RouteKind.LINKED;
  if (addresses.length > 0) return RouteKind.DIAL;
  return relays.length > 0 ? RouteKind.RELAY : RouteKind.NONE;
}

function linkFacts({ carrier, remoteAddress = '', via, dialed }: Link, { aliasOf }: RouteParts) {
  return { carrier, remoteAddress, dialed, relayAlias: (via && aliasOf(via)) ?? '' };
}

function inDialOrder(known: readonly KnownAddress[]): KnownAddress[] {
  const order = directFirst(known.map(({ address }) => address)).flat();
  return [...known].sort((left, right) => order.indexOf(left.address) - order.indexOf(right.address));
}

function routeAddress({ address, source, seenMs, successMs }: KnownAddress): RouteAddress {
  return create(RouteAddressSchema, {
    address,
    source: SOURCES[source],
    ...(seenMs !== undefined && { seeTime: timestampFromMs(seenMs) }),
    ...(successMs !== undefined && { successTime: timestampFromMs(successMs) }),
  });
}
