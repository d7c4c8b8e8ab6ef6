/** The identity of a running node: one object for all who sign or show it, whichever key it has at the time. */
import type { Domain } from './domain.ts';
import type { Identity } from './identity.ts';
import type { TlsIdentity } from './tls-identity.ts';

export class LiveIdentity implements Identity {
  #current: Identity;
  #tls: TlsIdentity;

  private constructor(identity: Identity, tls: TlsIdentity) {
    this.#current = identity;
    this.#tls = tls;
  }

  static async of(identity: Identity): Promise<LiveIdentity> {
    return new LiveIdentity(identity, await identity.tls());
  }

  get nodeId(): Uint8Array {
    return this.#current.nodeId;
  }

  get text(): string {
    return this.#current.text;
  }

  sign(domain: Domain, ...parts: Uint8Array[]): Uint8Array {
    return this.#current.sign(domain, ...parts);
  }

  tls(): Promise<TlsIdentity> {
    return this.#current.tls();
  }

  agreementSecret(): Uint8Array {
    return this.#current.agreementSecret();
  }

  /** Key and certificate as they are when they are read; a copy (`{...it}`) keeps those of that moment. */
  readonly liveTls: TlsIdentity = Object.defineProperties({} as TlsIdentity, {
    key: { enumerable: true, get: () => this.#tls.key },
    cert: { enumerable: true, get: () => this.#tls.cert },
  });

  /** From now on the node is this one. */
  async replace(identity: Identity): Promise<void> {
    this.#tls = await identity.tls();
    this.#current = identity;
  }
}
