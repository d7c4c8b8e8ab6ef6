/** Finding peers on the local network, as long as the configuration says so. */
import type { Log } from '../../base/log.ts';
import type { KnownAddress } from '../../trust/address-book.ts';
import { Candidates } from './candidates.ts';
import { type Mdns, openMdns } from './mdns.ts';

export interface DiscoveryParts {
  readonly ownId: () => Uint8Array;
  readonly port: () => number | undefined;
  readonly isTrusted: (nodeId: Uint8Array) => boolean;
  /** A trusted peer may be where nobody knew it to be. */
  readonly onNews: (nodeId: Uint8Array) => void;
  readonly log: Log;
}

export class Discovery {
  readonly #parts: DiscoveryParts;
  readonly #candidates = new Candidates();
  #mdns: Mdns | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: DiscoveryParts) {
    this.#parts = parts;
  }

  addresses(nodeId: Uint8Array): KnownAddress[] {
    return this.#candidates.addresses(nodeId);
  }

  forget(nodeId: Uint8Array): void {
    this.#candidates.forget(nodeId);
  }

  /** Begins or ends looking. */
  set(isOn: boolean): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      if (isOn === (this.#mdns !== undefined)) return;
      this.#mdns?.close();
      this.#candidates.clear();
      this.#mdns = isOn ? await openMdns({ ...this.#parts, heard: (...found) => this.#heard(...found) }) : undefined;
    });
    return this.#turn;
  }

  #heard(nodeId: Uint8Array, address: string): void {
    if (!this.#candidates.hear(nodeId, address)) return;
    this.#parts.log.debug('a peer was heard on the local network', { address });
    this.#parts.onNews(nodeId);
  }
}
