/** Which keys have successors: this node's own, and those of peers. A key has one successor, for ever. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Rotation, RotationSchema } from '../../gen/towline/v1/rotation_pb.ts';
import { equalBytes, fromBase64Url, fromHex, toBase64Url, toHex } from '../base/bytes.ts';
import { MAX_ROTATIONS, readRotation, rotationRefused, type Succession } from './rotation.ts';
import { allRows, fromRow, type TrustTable, toRow } from './table.ts';

interface Row {
  /** In hex. */
  readonly newId: string;
  readonly createMs: number;
  readonly graceEndMs: number;
  /** For a rotation of this node, the whole of it: to be told to others. */
  readonly own?: string;
  /** For one of a peer, the whole of it: for the rosters that this node signs. */
  readonly told?: string;
}

export class Rotations {
  readonly #table: TrustTable;
  readonly #now: () => number;
  readonly #rows = new Map<string, Row>();
  /** By the newer key: the one before. */
  readonly #before = new Map<string, string>();

  private constructor(table: TrustTable, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  /** `table` is the register's own. `now` is milliseconds since 1970. */
  static async open(table: TrustTable, now: () => number = Date.now): Promise<Rotations> {
    const rotations = new Rotations(table, now);
    for await (const row of allRows(table)) rotations.#set(row.key, fromRow<Row>(row));
    return rotations;
  }

  /** The key that has taken the place of one whose grace is not over. */
  successorInGrace(nodeId: Uint8Array): Uint8Array | undefined {
    if (this.#rows.size === 0) return undefined;
    const row = this.#rows.get(toHex(nodeId));
    return row && row.graceEndMs > this.#now() ? fromHex(row.newId) : undefined;
  }

  /** The key that this one has taken the place of, while that still counts. */
  predecessorInGrace(nodeId: Uint8Array): Uint8Array | undefined {
    const wanted = toHex(nodeId);
    for (const [key, row] of this.#rows) {
      if (row.newId === wanted && row.graceEndMs > this.#now()) return fromHex(key);
    }
    return undefined;
  }

  /** The key that a node has now, as far as is known here, that had this one once. */
  latest(nodeId: Uint8Array): Uint8Array {
    if (this.#rows.size === 0) return nodeId;
    let at = toHex(nodeId);
    for (let hops = 0; hops < MAX_ROTATIONS; hops++) {
      const row = this.#rows.get(at);
      if (!row) break;
      at = row.newId;
    }
    return fromHex(at);
  }

  /** All keys that a node had before this one, as far as is known here, the newest first. */
  before(nodeId: Uint8Array): Uint8Array[] {
    const keys: Uint8Array[] = [];
    for (let at = this.#before.get(toHex(nodeId)); at !== undefined && keys.length < MAX_ROTATIONS; ) {
      keys.push(fromHex(at));
      at = this.#before.get(at);
    }
    return keys;
  }

  /** The signed rotations that lead from a key to the latest, oldest first; those that were kept. */
  proofFrom(nodeId: Uint8Array): Rotation[] {
    const chain: Rotation[] = [];
    for (let at = toHex(nodeId); chain.length < MAX_ROTATIONS; ) {
      const row = this.#rows.get(at);
      const text = row?.own ?? row?.told;
      if (!row || text === undefined) break;
      chain.push(fromBinary(RotationSchema, fromBase64Url(text)));
      at = row.newId;
    }
    return chain;
  }

  /** Whether this key was given up, and for another successor than this. */
  contradicts({ oldId, newId }: Succession): boolean {
    const row = this.#rows.get(toHex(oldId));
    return row !== undefined && row.newId !== toHex(newId);
  }

  /** Writes down that a peer has a new key. Throws `ROTATION_REFUSED` if its old key has another successor. */
  async follow(said: Succession, rotation?: Rotation): Promise<void> {
    if (this.contradicts(said)) throw rotationRefused('its old key has another successor already');
    await this.#put(said, rotation && { told: textOf(rotation) });
  }

  /** Writes down that this node has a new key. */
  async keepOwn(rotation: Rotation): Promise<void> {
    await this.#put(readRotation(rotation), { own: textOf(rotation) });
  }

  /** The rotations that lead from a key of this node to `nodeId`, which it has now; none if the key never was its own. */
  ownFrom(oldId: Uint8Array, nodeId: Uint8Array): Rotation[] {
    const chain: Rotation[] = [];
    for (let at = toHex(oldId); chain.length < MAX_ROTATIONS; ) {
      const row = this.#rows.get(at);
      if (row?.own === undefined) break;
      chain.push(fromBinary(RotationSchema, fromBase64Url(row.own)));
      at = row.newId;
      if (at === toHex(nodeId)) return chain;
    }
    return [];
  }

  /** All keys that this node had before `nodeId`, the newest first. */
  ownBefore(nodeId: Uint8Array): Uint8Array[] {
    const before: Uint8Array[] = [];
    for (let at: Uint8Array | undefined = nodeId; at && before.length < MAX_ROTATIONS; ) {
      at = this.#ownPredecessor(at);
      if (at) before.push(at);
    }
    return before;
  }

  /** The peers' old keys that count no longer, or will not after a while: each with the end of its grace. */
  ends(): { oldId: Uint8Array; graceEndMs: number }[] {
    return [...this.#rows]
      .filter(([, { own }]) => own === undefined)
      .map(([key, { graceEndMs }]) => ({ oldId: fromHex(key), graceEndMs }));
  }

  #ownPredecessor(nodeId: Uint8Array): Uint8Array | undefined {
    const found = [...this.#rows].find(([, { newId, own }]) => own !== undefined && equalBytes(fromHex(newId), nodeId));
    return found && fromHex(found[0]);
  }

  async #put({ oldId, newId, createMs, graceEndMs }: Succession, text: Pick<Row, 'own' | 'told'> = {}): Promise<void> {
    const row: Row = { newId: toHex(newId), createMs, graceEndMs, ...text };
    await this.#table.put(toHex(oldId), toRow(row));
    this.#set(toHex(oldId), row);
  }

  #set(oldId: string, row: Row): void {
    this.#rows.set(oldId, row);
    this.#before.set(row.newId, oldId);
  }
}

function textOf(rotation: Rotation): string {
  return toBase64Url(toBinary(RotationSchema, rotation));
}
