/** Hears from the other ends of links what they ask of the owner of this node. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, Code, ConnectError } from '@connectrpc/connect';
import { ApproverService, type WatchPendingResponse } from '../../../gen/towline/v1/approver_service_pb.ts';
import { fullJitter } from '../../base/backoff.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Link } from '../../link/link.ts';
import { createClient } from '../../rpc/client.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import type { AskedHere } from '../../services/approval/asked.ts';
import { nodeIdKey } from '../../trust/node-id.ts';

/** What a hello of a node announces that asks its peers for approvals. */
export const APPROVAL_FEATURE = 'approval';

/** A watch that broke off is begun again after this, while the link lasts. */
const pause = { baseMs: 100, capMs: 10_000 };

export interface PeerQuestionsParts {
  readonly asked: AskedHere;
  /** The alias of a key; `undefined` if it is not trusted. */
  readonly aliasOf: (nodeId: Uint8Array) => string | undefined;
  readonly log: Log;
}

/** One watch for each peer, over its newest link. */
export class PeerQuestions {
  readonly #parts: PeerQuestionsParts;
  readonly #watches = new Map<string, AbortController>();
  #isClosed = false;

  constructor(parts: PeerQuestionsParts) {
    this.#parts = parts;
  }

  /** A link opened: watches the other end until it ends. */
  opened(link: Link): void {
    if (this.#isClosed || !link.hello.features.includes(APPROVAL_FEATURE)) return;
    const peer = link.peerNodeId;
    const key = nodeIdKey(peer);
    this.#watches.get(key)?.abort();
    const stop = new AbortController();
    this.#watches.set(key, stop);
    void link.closed.then(() => {
      stop.abort();
      if (this.#watches.get(key) !== stop) return;
      this.#watches.delete(key);
      this.#parts.asked.lose(peer);
    });
    void this.#watch(createClient(ApproverService, createLinkTransport(link)), peer, stop.signal);
  }

  /** Ends all watches, and begins no more. */
  close(): void {
    this.#isClosed = true;
    for (const stop of this.#watches.values()) stop.abort();
  }

  async #watch(client: Client<typeof ApproverService>, peer: Uint8Array, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      this.#parts.asked.lose(peer);
      try {
        for await (const { event } of client.watchPending({}, { signal })) {
          attempt = 0;
          this.#take(peer, event);
        }
      } catch (error) {
        if (signal.aborted || (error instanceof ConnectError && error.code === Code.Unimplemented)) return;
        this.#parts.log.info('the watch of approvals broke off', { error: messageOf(error) });
      }
      await sleep(fullJitter(attempt, pause), undefined, { signal, ref: false }).catch(() => signal.aborted);
    }
  }

  #take(peer: Uint8Array, event: WatchPendingResponse['event']): void {
    const { asked, aliasOf, log } = this.#parts;
    if (event.case === 'removedApprovalId') asked.remove(peer, event.value);
    if (event.case !== 'approval') return;
    const alias = aliasOf(peer);
    if (alias === undefined || asked.take(peer, alias, event.value)) return;
    log.warn('an approval that a peer asks for is not shown', { peer: alias });
  }
}
