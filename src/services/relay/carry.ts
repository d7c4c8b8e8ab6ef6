/** Carrying bytes for two peers that cannot reach each other. */
import type { Client, HandlerContext } from '@connectrpc/connect';
import type { RelayRequest, RelayResponse, RelayService } from '../../../gen/towline/v1/relay_service_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import type { Log } from '../../base/log.ts';
import { nodeIdKey } from '../../trust/node-id.ts';
import { Carried } from './carried.ts';
import { directPeer } from './direct-peer.ts';
import { nextIn } from './first.ts';
import { RELAY_READY_MS, RELAYS, RELAYS_PER_PEER } from './limits.ts';
import { Places } from './places.ts';
import { full, notAllowed, relayLost, relayOff, unknownTarget, wrongMessage } from './problems.ts';

/** What carrying needs of the node. */
export interface CarryView {
  /** This node's key. */
  readonly nodeId: Uint8Array;
  /** Whether this node carries for others. */
  isOn(): boolean;
  /** The groups that a key is in, as the keyring is now; none for a key that is not trusted. */
  groupsOf(nodeId: Uint8Array): readonly string[];
  /** RelayService of a peer that is linked directly and takes relayed connections. Throws RELAY_TARGET_OFFLINE. */
  leg(nodeId: Uint8Array): Client<typeof RelayService>;
  readonly log: Log;
}

export class Carrying {
  readonly #view: CarryView;
  readonly #places = new Places(RELAYS, RELAYS_PER_PEER);
  readonly #carried = new Set<Carried>();
  #isClosed = false;

  constructor(view: CarryView) {
    this.#view = view;
  }

  async *relay(requests: AsyncIterator<RelayRequest>, context: HandlerContext): AsyncGenerator<RelayResponse> {
    if (this.#isClosed) throw shutsDown();
    if (!this.#view.isOn()) throw relayOff();
    const dialer = directPeer(context);
    const { kind } = await nextIn(requests, RELAY_READY_MS, 'the dialer');
    if (kind.case !== 'target') throw wrongMessage('the target first');
    const target = kind.value.nodeId;
    this.#check(dialer.nodeId, target);
    const leave = this.#places.take(nodeIdKey(dialer.nodeId), nodeIdKey(target));
    if (!leave) throw full();
    const carried = new Carried(dialer.nodeId, target);
    this.#carried.add(carried);
    try {
      yield* carried.run(() => this.#view.leg(target), requests, context.signal);
    } finally {
      this.#carried.delete(carried);
      leave();
      this.#view.log.debug('relayed', { dialer: dialer.alias, target: nodeIdKey(target), bytes: carried.bytes });
    }
  }

  /** The keyring or the configuration changed: what is allowed no longer ends. */
  review(): void {
    for (const carried of this.#carried) {
      if (!this.#view.isOn()) carried.end(relayOff());
      else if (!this.#share(carried.dialer, carried.target)) carried.end(unknownTarget());
    }
  }

  /** Ends all that is carried, and takes no more: the links are about to end. */
  close(): void {
    this.#isClosed = true;
    for (const carried of this.#carried) carried.end(shutsDown());
  }

  #check(dialer: Uint8Array, target: Uint8Array): void {
    if (equalBytes(target, this.#view.nodeId)) throw notAllowed('this node is the target itself', 'use the link to it');
    if (equalBytes(target, dialer)) throw notAllowed('a node has no link to itself', 'name another node');
    if (!this.#share(dialer, target)) throw unknownTarget();
  }

  #share(dialer: Uint8Array, target: Uint8Array): boolean {
    const groups = this.#view.groupsOf(dialer);
    return this.#view.groupsOf(target).some((group) => groups.includes(group));
  }
}

function shutsDown() {
  return relayLost('the relaying node shuts down');
}
