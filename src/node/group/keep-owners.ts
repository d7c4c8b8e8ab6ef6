/** Every member keeps a link to the owners of its groups: what they sign arrives at once, whoever else comes and goes. */
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { AddressBook } from '../../trust/address-book.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { nodeIdKey } from '../../trust/node-id.ts';
import type { Rosters } from '../../trust/rosters.ts';

export interface KeepOwnersParts {
  readonly rosters: Rosters;
  readonly keyring: Keyring;
  readonly book: AddressBook;
  /** From now on a link to the node is kept; or no longer. */
  readonly keep: (nodeId: Uint8Array, keep: boolean) => void;
  readonly log: Log;
}

/** Keeps links until the signal aborts; they end with the node. */
export function keepOwners(parts: KeepOwnersParts, signal: AbortSignal): void {
  const { rosters, keyring, book, keep, log } = parts;
  let kept = new Map<string, Uint8Array>();

  async function apply(): Promise<void> {
    // This node itself is in no keyring; neither is an owner whose alias another key has here.
    const owners = rosters.list().flatMap((held) => held.roster.chain.owners.filter((owner) => keyring.byId(owner)));
    const wanted = new Map(owners.map((owner) => [nodeIdKey(owner), owner]));
    const before = kept;
    kept = wanted;
    for (const [key, owner] of wanted) if (!before.has(key)) keep(owner, true);
    for (const [key, owner] of before) {
      // A person may have marked it.
      if (!wanted.has(key) && keyring.byId(owner)) keep(owner, (await book.get(owner)).dial);
    }
  }

  async function follow(): Promise<void> {
    const changes = rosters.changes.watch(signal);
    await apply();
    for await (const _ of changes) await apply();
  }

  follow().catch((error: unknown) => log.error('links to owners are kept no longer', { error: messageOf(error) }));
}
