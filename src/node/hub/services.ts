/** What lives on a hub: each may have one of its own. */
import type { Config } from '../../../gen/towline/v1/config_pb.ts';

export const HUB_SERVICES = ['channels', 'mailboxes', 'state', 'memory', 'skills'] as const;

export type HubService = (typeof HUB_SERVICES)[number];

/** What towline.yaml says: an alias, "self", or nothing. */
export function configuredHub({ hub, hubs }: Config, service: HubService): string | undefined {
  return hubs?.[service] || hub || undefined;
}
