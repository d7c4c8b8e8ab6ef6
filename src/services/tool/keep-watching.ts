import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@connectrpc/connect';
import type { ToolSet } from '../../../gen/towline/v1/tool_pb.ts';
import type { ToolService } from '../../../gen/towline/v1/tool_service_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

const pause = { baseMs: 250, capMs: 30_000 };

/** Hands each ToolSet of a supplier to `take` until `signal` aborts; a watch that fails is begun again. */
export async function keepWatching(
  client: Pick<Client<typeof ToolService>, 'watchTools'>,
  signal: AbortSignal,
  log: Log,
  take: (set: ToolSet) => void,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      for await (const { event } of client.watchTools({}, { signal })) {
        if (event.case !== 'toolSet' || signal.aborted) continue;
        attempt = 0;
        take(event.value);
      }
    } catch (error) {
      if (signal.aborted) return;
      log.info('the watch of tools broke off', { error: messageOf(error) });
    }
    await sleep(fullJitter(attempt, pause), undefined, { signal }).catch(() => signal.aborted);
  }
}
