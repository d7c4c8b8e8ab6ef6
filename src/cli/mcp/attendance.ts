/** Tells the node that an MCP client is here, for as long as it is. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@connectrpc/connect';
import type { PresenceService } from '../../../gen/towline/v1/presence_service_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent } from '../../gateway/mcp/face/agents.ts';

/** The node may have been started anew: the next attempt finds it. */
const pause = { baseMs: 250, capMs: 10_000 };

export interface AttendanceOptions {
  readonly presence: Client<typeof PresenceService>;
  /** Whether nobody will come again under the name of this agent. */
  readonly isPassing: boolean;
  readonly log: Log;
}

/** What to call with what the gateway tells of its client. */
export function attendance(options: AttendanceOptions): (event: AgentEvent) => void {
  let stop = new AbortController();
  return ({ kind, name, software }) => {
    stop.abort();
    if (kind === 'disconnect') return;
    stop = new AbortController();
    void attend({ session: name, software }, options, stop.signal);
  };
}

async function attend(
  who: { readonly session: string; readonly software: string },
  { presence, isPassing, log }: AttendanceOptions,
  signal: AbortSignal,
): Promise<void> {
  const place = { door: 'mcp', host: hostname(), folder: process.cwd() };
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      for await (const _ of presence.attend({ ...who, ...place, passing: isPassing }, { signal })) attempt = 0;
    } catch (error) {
      if (signal.aborted) return;
      log.debug('the node does not show this session', { error: messageOf(error) });
    }
    await sleep(fullJitter(attempt, pause), undefined, { signal, ref: false }).catch(() => undefined);
  }
}
