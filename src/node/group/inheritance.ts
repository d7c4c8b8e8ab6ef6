/**
 * The rosters of an owner that gets a new key. They are signed before the key changes and written down, so that a node that
 * is killed in between finds them again: its old key, which alone may hand the group on, is gone then.
 */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type SignedRoster, SignedRosterSchema } from '../../../gen/towline/v1/roster_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Identity } from '../../trust/identity.ts';
import { groupOf, verifyRoster } from '../../trust/roster/roster.ts';
import type { Rosters } from '../../trust/rosters.ts';
import { allRows, type TrustTable } from '../../trust/table.ts';

export interface InheritanceParts {
  /** A table of its own. */
  readonly table: TrustTable;
  readonly identity: Identity;
  readonly rosters: Rosters;
  readonly log: Log;
}

export class Inheritance {
  readonly #parts: InheritanceParts;

  constructor(parts: InheritanceParts) {
    this.#parts = parts;
  }

  /** Writes down what the next key signed. */
  async prepare(signed: readonly SignedRoster[]): Promise<void> {
    await this.#clear();
    for (const [at, roster] of signed.entries()) {
      await this.#parts.table.put(String(at), toBinary(SignedRosterSchema, roster));
    }
  }

  /** Puts in force what this node's key of now has signed; what another one signed was for a key that never came. */
  async enter(): Promise<void> {
    const { table, identity, rosters, log } = this.#parts;
    for await (const row of allRows(table)) {
      const signed = fromBinary(SignedRosterSchema, row.value);
      if (!equalBytes(signed.signerId, identity.nodeId)) continue;
      await rosters
        .offer(signed, groupOf(verifyRoster(signed)))
        .catch((error: unknown) => log.error('a roster was not handed on to the new key', { error: messageOf(error) }));
    }
    await this.#clear();
  }

  async #clear(): Promise<void> {
    for await (const row of allRows(this.#parts.table)) await this.#parts.table.delete(row.key);
  }
}
