/** Holds a `subscriptions/listen` open at a modern upstream, and opens it again when it ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectError } from '@connectrpc/connect';
import { fullJitter } from '../../../base/backoff.ts';
import { Cancellation } from '../../../base/cancellation.ts';
import { messageOf } from '../../../base/errors.ts';
import { ownParams } from './envelope.ts';
import { toolErrorOf } from './failures.ts';
import type { ResolvedOptions } from './options.ts';
import type { Session } from './session.ts';

/** A listen that lived this long was not cut at once: the pauses start again. */
const stableListenMs = 30_000;

/**
 * Listens until `signal` aborts, the session ends, or the upstream refuses. Calls `onGap` whenever it listens again,
 * because changes in between were not told. Never rejects.
 */
export async function listenForChanges(
  session: Session,
  options: ResolvedOptions,
  signal: AbortSignal,
  onGap: () => void,
): Promise<void> {
  const params = ownParams('modern', options.clientInfo, [['notifications', '{"toolsListChanged":true}']]);
  for (let attempt = 0; !signal.aborted; attempt++) {
    const startMs = Date.now();
    const refused = await listenOnce(session, params, options, signal);
    if (refused || signal.aborted) return;
    if (Date.now() - startMs >= stableListenMs) attempt = 0;
    const pauseMs = 250 + fullJitter(attempt, { baseMs: 1_000, capMs: 60_000 });
    if (!(await sleep(pauseMs, true, { signal, ref: false }).catch(() => false))) return;
    onGap();
  }
}

/** Resolves when the listen has ended; with whether the upstream answered that it does not want to be listened to. */
async function listenOnce(
  session: Session,
  params: string,
  options: ResolvedOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const cancellation = new Cancellation();
  const stop = () => cancellation.cancel(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    await session.request('subscriptions/listen', () => params, { cancellation });
    return false;
  } catch (error) {
    if (signal.aborted) return true;
    options.log.debug('the upstream ended the subscription', { error: messageOf(error) });
    return error instanceof ConnectError && toolErrorOf(error) !== undefined;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
