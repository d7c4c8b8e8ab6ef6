/** How much each caller may use, as towline.yaml says now. */
import type { LimitsConfig } from '../../../gen/towline/v1/config_pb.ts';
import { Usage, type UsageLimits } from '../../rpc/usage.ts';
import { type LookUp, subjectOf } from '../../services/policy/selector.ts';
import type { Quota } from '../../services/quota.ts';
import { DEFAULT_BYTES_PER_MINUTE, DEFAULT_CALLS, DEFAULT_STREAMS } from './limits.ts';

/** `config` is asked again after `forget`. */
export function openUsage(config: () => readonly LimitsConfig[], lookUp: LookUp): Usage {
  return new Usage((principal) => {
    // Strangers have limits of their own, at each of the few methods that they may call.
    if (principal.kind === 'owner' || principal.kind === 'stranger') return undefined;
    const { selectors } = subjectOf(principal, lookUp);
    const own = config().find(({ who }) => who.length === 0 || who.some((selector) => selectors.has(selector)));
    return limitsOf(own);
  });
}

/** For the services that keep something. Where no quota is configured, who calls is not even looked at. */
export function quotaFrom(usage: Usage, config: () => readonly LimitsConfig[]): Quota {
  const isAny = () => config().some(({ quotas }) => Object.keys(quotas).length > 0);
  return (principal, name) => (isAny() ? usage.quota(principal, name) : undefined);
}

function limitsOf(config: LimitsConfig | undefined): UsageLimits {
  const quotas = Object.entries(config?.quotas ?? {}).map(([name, value]): [string, number] => [name, Number(value)]);
  return {
    calls: config?.calls ?? DEFAULT_CALLS,
    streams: config?.streams ?? DEFAULT_STREAMS,
    bytesPerMinute: Number(config?.bytesPerMinute ?? DEFAULT_BYTES_PER_MINUTE),
    quotas: new Map(quotas),
  };
}
