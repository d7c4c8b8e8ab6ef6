/** Which hub the first join decided for this node, written down: what is used must not move when a later group is joined. */
import { equalBytes, fromHex, toHex } from '../../base/bytes.ts';
import { fromRow, type TrustTable, toRow } from '../../trust/table.ts';

interface Row {
  /** The hub's key in hex; "self" for this node. */
  readonly hub: string;
}

const KEY = 'first-join';
const SELF = 'self';

export class HubDecision {
  readonly #table: TrustTable;
  #hub: Uint8Array | 'self' | undefined;

  private constructor(table: TrustTable, hub: Uint8Array | 'self' | undefined) {
    this.#table = table;
    this.#hub = hub;
  }

  /** `table` is the decision's own. */
  static async open(table: TrustTable): Promise<HubDecision> {
    const row = await table.get(KEY);
    const hub = row && fromRow<Row>(row).hub;
    return new HubDecision(table, hub === undefined || hub === SELF ? hub : fromHex(hub));
  }

  /** The hub's key, `self`, or nothing where no join decided. */
  get hub(): Uint8Array | 'self' | undefined {
    return this.#hub;
  }

  /** The first decision counts; later ones change nothing. `ownId` as the hub is this node itself. */
  async decide(hub: Uint8Array | 'self', ownId: Uint8Array): Promise<void> {
    if (this.#hub !== undefined) return;
    this.#hub = hub === SELF || equalBytes(hub, ownId) ? SELF : hub;
    await this.#table.put(KEY, toRow<Row>({ hub: this.#hub === SELF ? SELF : toHex(this.#hub) }));
  }
}
