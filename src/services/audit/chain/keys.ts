/** Which key may have signed what comes next: the node's, or one that it has given itself in the log. */
import type { AuditRotation } from '../../../../gen/towline/v1/audit_pb.ts';
import { toHex } from '../../../base/bytes.ts';
import { verifyRotation } from '../../../trust/rotation.ts';

export class Keys {
  #current: string | undefined;
  /** Announced successors of the current key, and theirs. */
  readonly #next = new Map<string, string>();

  /** Whether this key may sign here. It is the node's from now on; those before it count no more. */
  accept(nodeId: Uint8Array): boolean {
    const key = toHex(nodeId);
    if (this.#current !== undefined && key !== this.#current && !this.#next.has(key)) return false;
    if (key !== this.#current) this.#succeed(key);
    return true;
  }

  /** The node says that it has a new key. Returns whether that is so. */
  follow({ rotation }: AuditRotation): boolean {
    if (!rotation) return false;
    try {
      const { oldId, newId } = verifyRotation(rotation);
      const old = toHex(oldId);
      if (this.#current !== undefined && old !== this.#current && !this.#next.has(old)) return false;
      this.#next.set(toHex(newId), old);
      return true;
    } catch {
      return false;
    }
  }

  /** Whether the node with this key made the log. */
  endsWith(nodeId: Uint8Array): boolean {
    return this.#current === undefined || toHex(nodeId) === this.#current || this.#next.has(toHex(nodeId));
  }

  get current(): string | undefined {
    return this.#current;
  }

  #succeed(key: string): void {
    this.#current = key;
    for (const [next, before] of this.#next) {
      if (next === key || (before !== key && !this.#next.has(before))) this.#next.delete(next);
    }
  }
}
