import { toHex } from '../../base/bytes.ts';
import type { LocalError } from '../../base/errors.ts';
import { MAX_REFUSED } from './limits.ts';

/** What is remembered of rosters that were not taken, by the name of their group. */
export class RefusedRosters {
  /** Hex hashes of bodies that are not wanted, oldest first. */
  readonly #unwanted = new Map<string, Set<string>>();
  /** Why the last one that a peer gave was refused. */
  readonly #reasons = new Map<string, LocalError>();

  why(name: string): LocalError | undefined {
    return this.#reasons.get(name);
  }

  isUnwanted(name: string, hash: Uint8Array): boolean {
    return this.#unwanted.get(name)?.has(toHex(hash)) ?? false;
  }

  refuse(name: string, why: LocalError): void {
    this.#reasons.set(name, why);
  }

  /** A right one that is older than what is held: nobody needs to give it again. */
  markUnwanted(name: string, hash: Uint8Array): void {
    const hashes = this.#unwanted.get(name) ?? new Set();
    this.#unwanted.set(name, hashes.add(toHex(hash)));
    for (const oldest of hashes) {
      if (hashes.size <= MAX_REFUSED) break;
      hashes.delete(oldest);
    }
  }

  /** One is in force: why another was refused concerns nobody now. */
  taken(name: string): void {
    this.#reasons.delete(name);
  }

  forget(name: string): void {
    this.#unwanted.delete(name);
    this.#reasons.delete(name);
  }
}
