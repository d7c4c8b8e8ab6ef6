/**
 * Follows a chain from its first entry to its last, and finds what does not fit: what was changed, left out, moved, put in,
 * or signed by somebody else. Where something is wrong it goes on behind it, so that one finding does not hide others.
 */
import { fromBinary } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import {
  type AuditCheckpoint,
  type AuditCheckpointReason,
  type AuditEntry,
  AuditEntrySchema,
  type AuditHeal,
} from '../../../../gen/towline/v1/audit_pb.ts';
import { formatNodeId } from '../../../trust/node-id.ts';
import { entriesText, type FindingReason, Findings } from './findings.ts';
import { FrameReader, type FrameState, HASH_BYTES, hashOf } from './frame.ts';
import { Keys } from './keys.ts';
import { Order } from './order.ts';
import { isCheckpointRight } from './sign.ts';

/** The fields of `AuditEntry.event` that say something about the chain. */
const field = Object.fromEntries(AuditEntrySchema.fields.map(({ name, number }) => [name, number]));
const CHECKPOINT = field['checkpoint'];
const ROTATION = field['rotation'];
const TRIM = field['trim'];
const HEAL = field['heal'];

export class Verifier {
  readonly findings = new Findings();
  readonly notes: string[] = [];
  /** The first entry, and the one with the highest number. 0 if there is none. */
  first = 0;
  last = 0;
  count = 0;
  checkpoints = 0;
  /** The last entry that a right signature covers. */
  signed = 0;
  /** Why the last checkpoint was made, if nothing comes behind it. */
  endsWith: AuditCheckpointReason | undefined;
  readonly keys = new Keys();
  readonly #order = new Order();
  #hash: Buffer | undefined;
  #segment = '';
  #kept = 1;
  #isSignedFrom = 1;
  readonly #wanted = new Set<number>();
  readonly #found = new Map<number, Buffer>();

  /** The hash of this entry is asked for later. Say so before it is read. */
  want(number: number): void {
    this.#wanted.add(number);
  }

  hashAt(number: number): Buffer | undefined {
    return number === this.last ? this.#hash : this.#found.get(number);
  }

  get lastHash(): Buffer | undefined {
    return this.#hash;
  }

  /** Reads a segment. Returns how it ends, and where. */
  read(segment: string, bytes: Buffer): { state: FrameState; offset: number } {
    this.#segment = segment;
    const reader = new FrameReader(bytes);
    let isFirst = true;
    let state = reader.next();
    for (; state === 'entry'; state = reader.next()) {
      this.#entry(reader, isFirst);
      isFirst = false;
    }
    return { state, offset: reader.offset };
  }

  /** What stands before this entry is not expected to be there. */
  startAt(number: number): void {
    this.#kept = Math.max(this.#kept, number);
  }

  /** Tells what shows only at the end. */
  finish(): void {
    if (this.first > this.#kept) this.#order.gap({ first: 1, last: this.first - 1, segment: '', offset: 0 });
    this.#order.tell(this.findings, this.#kept);
  }

  add(reason: FindingReason, first: number, last: number, offset: number, message: string): void {
    this.findings.add({ reason, segment: this.#segment, first, last, offset, message });
  }

  #entry(reader: FrameReader, isFirst: boolean): void {
    const { offset } = reader;
    const event = reader.eventField();
    this.count++;
    const number = this.#numberOf(reader);
    const isStray = this.first > 0 && number <= this.last;
    if (isStray) this.#order.stray(number, { segment: this.#segment, offset });
    else this.#link(reader, number, isFirst, event);
    this.endsWith = undefined;
    if (event === CHECKPOINT || event === ROTATION || event === TRIM || event === HEAL) this.#special(reader, isStray);
    if (isStray) return;
    this.#hash = hashOf(reader.entry());
    this.last = number;
    if (this.#wanted.has(number)) this.#found.set(number, this.#hash);
  }

  /** What is chained to the last entry is the next one, whatever it says: its number was changed then. */
  #numberOf(reader: FrameReader): number {
    const { number, offset } = reader;
    const next = this.last + 1;
    if (!this.#hash || number === next || !reader.follows(this.#hash)) return number;
    this.add('ENTRY_CHANGED', next, next, offset, `${entriesText(next, next)} says that it is entry ${number}`);
    return next;
  }

  /** Compares the entry with the one before. */
  #link(reader: FrameReader, number: number, isFirst: boolean, event: number): void {
    const { offset } = reader;
    if (isFirst && event !== CHECKPOINT)
      this.add(
        'CHECKPOINT_MISSING',
        number,
        number,
        offset,
        `${entriesText(number, number)} begins a file and is no checkpoint`,
      );
    if (this.first === 0) {
      this.first = number;
      this.#isSignedFrom = number;
    } else if (number > this.last + 1) {
      this.#order.gap({ first: this.last + 1, last: number - 1, segment: this.#segment, offset });
    } else if (this.#hash && !reader.follows(this.#hash)) {
      this.add(
        'ENTRY_CHANGED',
        this.last,
        this.last,
        offset,
        `${entriesText(this.last, this.last)} is not what entry ${number} was chained to: one of the two was changed`,
      );
    }
  }

  #special(reader: FrameReader, isStray: boolean): void {
    const { number, offset } = reader;
    let entry: AuditEntry;
    try {
      entry = fromBinary(AuditEntrySchema, reader.entry());
    } catch {
      this.add('ENTRY_CHANGED', number, number, offset, `${entriesText(number, number)} cannot be decoded`);
      return;
    }
    const { event } = entry;
    if (event.case === 'checkpoint') this.#checkpoint(reader, entry, event.value, isStray);
    else if (event.case === 'trim') this.#kept = Math.max(this.#kept, Number(event.value.firstNumber));
    else if (event.case === 'rotation' && !this.keys.follow(event.value))
      this.add(
        'ROTATION_INVALID',
        number,
        number,
        offset,
        `the new key of ${entriesText(number, number)} is not signed`,
      );
    else if (event.case === 'heal') this.#heal(number, event.value);
  }

  #heal(number: number, { droppedBytes, signedNumber, lastNumber, headMissing }: AuditHeal): void {
    if (droppedBytes > 0n)
      this.notes.push(
        `entry ${number}: ${droppedBytes} bytes behind entry ${lastNumber} were cut off when the node started`,
      );
    if (headMissing)
      this.notes.push(
        `entry ${number}: the file that says where the log ends was missing or damaged when the node started`,
      );
    if (signedNumber !== undefined)
      this.notes.push(
        `entry ${number}: entries after ${lastNumber}, up to ${signedNumber}, were gone when the node started`,
      );
  }

  #checkpoint(reader: FrameReader, entry: AuditEntry, checkpoint: AuditCheckpoint, isStray: boolean): void {
    const { number, offset } = reader;
    const timeMs = entry.time ? timestampMs(entry.time) : 0;
    const previousHash = entry.previousHash.length === HASH_BYTES ? entry.previousHash : Buffer.alloc(HASH_BYTES);
    if (!isCheckpointRight(checkpoint, { previousHash, number, timeMs })) {
      const message = `the signature of checkpoint ${number} is not right: ${entriesText(this.#isSignedFrom, number)} may be changed`;
      this.add('CHECKPOINT_INVALID', this.#isSignedFrom, number, offset, message);
    } else if (!this.keys.accept(checkpoint.nodeId)) {
      const message = `checkpoint ${number} is signed by another key, ${keyText(checkpoint.nodeId)}`;
      this.add('CHECKPOINT_FOREIGN', this.#isSignedFrom, number, offset, message);
    } else if (!isStray) {
      this.checkpoints++;
      this.signed = number;
      this.endsWith = checkpoint.reason;
    }
    this.#isSignedFrom = number + 1;
  }
}

function keyText(nodeId: Uint8Array): string {
  try {
    return formatNodeId(nodeId);
  } catch {
    return 'which is none';
  }
}
