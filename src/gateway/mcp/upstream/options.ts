/** What an upstream needs from the node, and the times that tests make shorter. */
import type { BackoffOptions } from '../../../base/backoff.ts';
import { type Log, silentLog } from '../../../base/log.ts';
import { Redactor } from '../../../base/redact.ts';
import type { Environment } from './expand.ts';

export interface UpstreamOptions {
  /** Where it logs. If absent, nowhere. */
  readonly log?: Log;
  /** Where `${NAME}` is looked up. If absent, the environment of this process. */
  readonly env?: Environment;
  /** Takes the upstreams' secrets out of what is shown. If absent, one for the upstream alone. */
  readonly redactor?: Redactor;
  /** The secrets of this start. Filled in by the upstream itself. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the node calls itself to its upstreams. */
  readonly clientInfo?: { readonly name: string; readonly version: string };
  /** How long `server/discover` may go unanswered before `initialize` is tried too. If absent, 3 s. */
  readonly probeTimeoutMs?: number;
  /** How long a start may take until the tools are listed. If absent, 60 s: `npx` may have to download. */
  readonly startTimeoutMs?: number;
  /** How long a call waits for an upstream that is being started. If absent, 15 s. */
  readonly readyTimeoutMs?: number;
  /** How long a child has after its input ended, and again after SIGTERM. If absent, 2 s. */
  readonly stopGraceMs?: number;
  /** A run this long resets the pauses between starts. If absent, 10 s. */
  readonly stableRunMs?: number;
  /** How long the tools of an upstream that went away stay listed, so that a quick restart goes unseen. If absent, 10 s. */
  readonly keepToolsMs?: number;
  /** The pauses between starts. If absent, from 0.25 s to 30 s. */
  readonly backoff?: BackoffOptions;
}

export type ResolvedOptions = Required<UpstreamOptions>;

export function resolveOptions(options: UpstreamOptions): ResolvedOptions {
  return {
    log: options.log ?? silentLog,
    env: options.env ?? process.env,
    redactor: options.redactor ?? new Redactor(),
    secrets: options.secrets ?? {},
    clientInfo: options.clientInfo ?? { name: 'towline', version: '0' },
    probeTimeoutMs: options.probeTimeoutMs ?? 3_000,
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    readyTimeoutMs: options.readyTimeoutMs ?? 15_000,
    stopGraceMs: options.stopGraceMs ?? 2_000,
    stableRunMs: options.stableRunMs ?? 10_000,
    keepToolsMs: options.keepToolsMs ?? 10_000,
    backoff: options.backoff ?? { baseMs: 250, capMs: 30_000 },
  };
}
