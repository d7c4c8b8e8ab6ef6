import {
  AddressSource,
  AddressSourceSchema,
  KeepReason,
  type Route,
  type RouteAddress,
  RouteKind,
} from '../../../gen/towline/v1/admin_service_pb.ts';
import { enumWord } from './enum-word.ts';
import { plainLine } from './plain.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { agoText } from './time.ts';

const KEPT: Readonly<Record<KeepReason, string>> = {
  [KeepReason.UNSPECIFIED]: '',
  [KeepReason.MARKED]: 'marked',
  [KeepReason.HUB]: 'hub',
  [KeepReason.OWNER]: 'group owner',
  [KeepReason.ORCHESTRATOR]: 'this node is an orchestrator',
};

/** How each peer is or would be reached, one a line. */
export function renderRoutes(style: Style, routes: readonly Route[], nowMs = Date.now()): string {
  const rows = routes.map((route) => [
    style.bold(plainLine(route.alias)),
    routeText(style, route, nowMs),
    route.keepReasons.map((reason) => KEPT[reason] ?? '').join(', ') || 'on first use',
    plainLine(route.lastError),
  ]);
  return renderTable(style, ['ALIAS', 'ROUTE', 'KEPT', 'LAST ERROR'], rows);
}

function routeText(style: Style, route: Route, nowMs: number): string {
  switch (route.kind) {
    case RouteKind.LINKED:
      return style.good(linkText(route));
    case RouteKind.DIAL:
      return [`would dial ${addressesText(route.addresses, nowMs)}`, relayText(route)].filter(Boolean).join('; ');
    case RouteKind.RELAY:
      return `no address known; ${relayText(route)}`;
    default:
      return style.bad(plainLine(`cannot be reached: ${route.problem}`));
  }
}

function linkText({ carrier, remoteAddress, relayAlias, dialed }: Route): string {
  if (relayAlias !== '') return `linked through ${plainLine(relayAlias)}`;
  const where = remoteAddress === '' ? '' : ` ${dialed ? 'to' : 'from'} ${plainLine(remoteAddress)}`;
  return `linked by ${plainLine(carrier)}${where}`;
}

/** The first, with who said so and when it worked; how many more there are. */
function addressesText([first, ...more]: readonly RouteAddress[], nowMs: number): string {
  if (!first) return 'nothing';
  const source = first.source === AddressSource.MANUAL ? 'by hand' : enumWord(AddressSourceSchema, first.source);
  const worked = first.successTime ? `worked ${agoText(first.successTime, nowMs)}` : 'never tried with success';
  const seen = first.seeTime ? `, said ${agoText(first.seeTime, nowMs)}` : '';
  const rest = more.length === 0 ? '' : `, then ${more.map(({ address }) => plainLine(address)).join(', ')}`;
  return `${plainLine(first.address)} (${source}${seen}, ${worked})${rest}`;
}

function relayText({ relayAliases }: Route): string {
  return relayAliases.length === 0 ? '' : `then through ${relayAliases.map(plainLine).join(' or ')}`;
}
