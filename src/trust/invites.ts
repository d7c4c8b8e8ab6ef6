/** The invites that this node made: each is redeemed by one key. */
import type { InviteBody } from '../../gen/towline/v1/invite_pb.ts';
import { fromHex, toHex } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import { inviteExpired, inviteExpireMs } from './invite.ts';
import { nodeIdKey } from './node-id.ts';
import { allRows, fromRow, type TrustTable, toRow } from './table.ts';

/** Invites that nobody redeemed yet. More are a program's mistake. */
const MAX_OPEN = 1000;

/** How long an invite is remembered after its end, so that a late joiner hears "expired" and a retry gets its answer. */
const KEEP_AFTER_MS = 7 * 24 * 60 * 60 * 1000;

interface InviteRecord {
  readonly expireMs: number;
  readonly group: string;
  /** The hex node id of who redeemed it. */
  readonly redeemedBy?: string;
  readonly redeemedMs?: number;
}

/** An invite, for people. */
export interface InviteInfo {
  readonly inviteId: Uint8Array;
  readonly group: string;
  readonly expireMs: number;
  readonly redeemedBy?: Uint8Array;
}

export class Invites {
  readonly #table: TrustTable;
  readonly #now: () => number;

  /** `table` is this register's own. `now` is milliseconds since 1970. */
  constructor(table: TrustTable, now: () => number = Date.now) {
    this.#table = table;
    this.#now = now;
  }

  /** Remembers an invite; hand its text out only afterwards. Throws `TOO_MANY_INVITES`. */
  async record(body: InviteBody): Promise<void> {
    await this.#forgetOld();
    const open = (await this.list()).filter((invite) => !invite.redeemedBy && invite.expireMs > this.#now());
    if (open.length >= MAX_OPEN) {
      throw new LocalError('TOO_MANY_INVITES', `${MAX_OPEN} invites wait to be redeemed`, {
        help: 'wait until some have expired, or make them with a shorter --expires',
      });
    }
    const record: InviteRecord = { expireMs: inviteExpireMs(body), group: body.group };
    await this.#table.put(toHex(body.inviteId), toRow(record));
  }

  /**
   * Uses an invite up, for one key. `again` tells that the same key did so before (its answer got lost): it may, even
   * after the end. Throws `INVITE_UNKNOWN`, `INVITE_USED` or `INVITE_EXPIRED`.
   */
  async redeem(inviteId: Uint8Array, nodeId: Uint8Array): Promise<{ again: boolean }> {
    const key = toHex(inviteId);
    const who = nodeIdKey(nodeId);
    for (;;) {
      const row = await this.#table.get(key);
      if (!row) throw inviteUnknown();
      const record = fromRow<InviteRecord>(row);
      if (record.redeemedBy === who) return { again: true };
      if (record.redeemedBy !== undefined) throw inviteUsed();
      if (record.expireMs <= this.#now()) throw inviteExpired();
      const used: InviteRecord = { ...record, redeemedBy: who, redeemedMs: this.#now() };
      if ((await this.#table.put(key, toRow(used), { ifVersion: row.version })) !== undefined) return { again: false };
      // Somebody else was first; the row now says who. It is written once, so this ends.
    }
  }

  /** Those that are remembered. */
  async list(): Promise<InviteInfo[]> {
    const found: InviteInfo[] = [];
    for await (const row of allRows(this.#table)) {
      const { expireMs, group, redeemedBy } = fromRow<InviteRecord>(row);
      const redeemer = redeemedBy === undefined ? {} : { redeemedBy: fromHex(redeemedBy) };
      found.push({ inviteId: fromHex(row.key), group, expireMs, ...redeemer });
    }
    return found;
  }

  async #forgetOld(): Promise<void> {
    for await (const row of allRows(this.#table)) {
      if (fromRow<InviteRecord>(row).expireMs + KEEP_AFTER_MS <= this.#now()) await this.#table.delete(row.key);
    }
  }
}

function inviteUnknown(): LocalError {
  return new LocalError('INVITE_UNKNOWN', 'this node does not know the invite', {
    help: 'ask for a new one, made by "towline invite"',
  });
}

function inviteUsed(): LocalError {
  return new LocalError('INVITE_USED', 'the invite has been used by another node', {
    help: 'an invite lets one node in: ask for a new one, made by "towline invite"',
  });
}
