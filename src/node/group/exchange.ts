/** Takes newer rosters from the other ends of links. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, Code, ConnectError } from '@connectrpc/connect';
import { type RosterHead, RosterService } from '../../../gen/towline/v1/roster_service_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import { LocalError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Link } from '../../link/link.ts';
import { createClient } from '../../rpc/client.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import { nodeIdKey } from '../../trust/node-id.ts';
import type { Rosters } from '../../trust/rosters.ts';
import { ROSTER_FEATURE } from './view.ts';

/** A watch that broke off is begun again after this, while the link lasts. */
const pause = { baseMs: 250, capMs: 30_000 };
/** A peer whose roster was refused is not asked for this long. */
const refusedMs = 60_000;
/** A peer whose roster said nothing new is not asked again at once, whatever it announces. */
const nothingNewMs = 500;
/** Four megabytes take a moment on a slow line. */
const fetchMs = 30_000;

/** One watch for each peer, over its newest link: a link that makes way, or a node that ends, waits for no watch. */
export class RosterExchange {
  readonly #rosters: Rosters;
  readonly #log: Log;
  readonly #watches = new Map<string, AbortController>();
  #isClosed = false;

  constructor(rosters: Rosters, log: Log) {
    this.#rosters = rosters;
    this.#log = log;
  }

  /** A link opened: watches the other end until it ends. */
  opened(link: Link): void {
    if (this.#isClosed || !link.hello.features.includes(ROSTER_FEATURE)) return;
    const key = nodeIdKey(link.peerNodeId);
    this.#watches.get(key)?.abort();
    const stop = new AbortController();
    this.#watches.set(key, stop);
    void link.closed.then(() => {
      stop.abort();
      if (this.#watches.get(key) === stop) this.#watches.delete(key);
    });
    void watchPeer(createClient(RosterService, createLinkTransport(link)), this.#rosters, this.#log, stop.signal);
  }

  /** Ends all watches, and begins no more. */
  close(): void {
    this.#isClosed = true;
    for (const stop of this.#watches.values()) stop.abort();
  }
}

/** Takes what one peer gives until the signal aborts. A roster that is refused changes nothing, and costs it a minute. */
export async function watchPeer(
  client: Client<typeof RosterService>,
  rosters: Rosters,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    let waitMs = fullJitter(attempt, pause);
    try {
      for await (const { head } of client.watchRosters({}, { signal })) {
        attempt = 0;
        if (head && rosters.wants(head)) await fetch(client, head, rosters, signal);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof ConnectError && error.code === Code.Unimplemented) return;
      if (error instanceof LocalError) {
        log.warn('a roster was refused', { reason: error.reason, error: error.message, help: error.help });
        waitMs = refusedMs;
      } else log.info('the watch of rosters broke off', { error: messageOf(error) });
    }
    await sleep(waitMs, undefined, { signal, ref: false }).catch(() => signal.aborted);
  }
}

async function fetch(
  client: Client<typeof RosterService>,
  { group, groupId }: RosterHead,
  rosters: Rosters,
  signal: AbortSignal,
): Promise<void> {
  const { roster } = await client.getRoster({ group, groupId }, { signal, timeoutMs: fetchMs });
  if (!roster) return;
  const { verdict } = await rosters.offer(roster, { group, groupId });
  if (verdict !== 'taken') await sleep(nothingNewMs, undefined, { signal, ref: false });
}
