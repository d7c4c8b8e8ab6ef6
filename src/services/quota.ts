/** How much services keep for one caller, where the owner of the node has said so. `node/` hands it to them. */
import type { Principal } from '../rpc/principal.ts';

/** As in `LimitsConfig.quotas`. */
export type QuotaName = 'channels' | 'stored_bytes';

/** The caller's quota of this name; `undefined` where only the service's own limits count. */
export type Quota = (principal: Principal, name: QuotaName) => number | undefined;

/** The reason of every refusal for a quota. */
export const QUOTA_EXCEEDED = 'QUOTA_EXCEEDED';

export interface OverQuota {
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly help: string;
}

/** What a refusal says. `what` names what there would be too much of, `instead` what the caller can do by itself. */
export function overQuota(name: QuotaName, limit: number, what: string, instead: string): OverQuota {
  return {
    message: `${what}: ${limit} is the most for this caller`,
    metadata: { quota: name, limit: String(limit) },
    help: `${instead}; the owner of the node can raise the limit (\`limits\` in towline.yaml)`,
  };
}
