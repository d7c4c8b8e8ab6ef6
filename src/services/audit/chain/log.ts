/**
 * The audit log of a node: a chain of entries in segment files. Entries that come while others are being written wait and
 * go together: one write, one fsync, one signed statement of the new end, however many there are.
 */
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import {
  AuditCheckpointReason,
  AuditHealSchema,
  AuditLossSchema,
  AuditTrimSchema,
} from '../../../../gen/towline/v1/audit_pb.ts';
import { Broadcast } from '../../../base/broadcast.ts';
import { messageOf } from '../../../base/errors.ts';
import { ensurePrivateDir } from '../../../base/files.ts';
import type { Log } from '../../../base/log.ts';
import { failure } from '../../../rpc/failure.ts';
import { encodeRest } from '../entry.ts';
import { CHECKPOINT_ENTRIES, CHECKPOINT_MS, LINGER_MS, RETRY_MS, SEGMENT_BYTES } from '../limits.ts';
import { type LogFile, type OpenLogFile, openLogFile, syncFolder } from './file.ts';
import { findEnd, type Heal, type LogEnd } from './find-end.ts';
import { NO_HASH } from './frame.ts';
import { type ChainEnd, type Item, roomForAll, writeGroup } from './group.ts';
import { HeadFile } from './head.ts';
import { Queue } from './queue.ts';
import { type Bounds, deleteBefore, firstToKeep, hashBefore } from './retention.ts';
import { type Segment, segmentAt } from './segments.ts';
import { type Signer, signHead } from './sign.ts';

export interface AuditLogOptions {
  /** The log's own folder. Made if there is none. */
  readonly folder: string;
  /** Whose log it is; its key may change while the log is open. */
  readonly signer: Signer;
  /** Asked whenever a segment is full. */
  readonly bounds: () => Bounds;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly openFile?: OpenLogFile;
  /** A segment's size. If absent, 8 MiB. */
  readonly segmentBytes?: number;
}

/** What could not be written since the disk refused. */
interface Lost {
  count: number;
  readonly sinceMs: number;
  readonly why: string;
}

export class AuditLog {
  /** Marked whenever entries came to be on disk. */
  readonly changes = new Broadcast<'entries'>();
  readonly folder: string;
  readonly #options: AuditLogOptions;
  readonly #now: () => number;
  readonly #openFile: OpenLogFile;
  readonly #segmentBytes: number;
  readonly #queue = new Queue();
  readonly #head: HeadFile;
  #end: ChainEnd;
  #segment: Segment;
  #offset: number;
  #file: LogFile | undefined;
  /** Behind `#offset` stands what nobody may count on. */
  #isDirty = false;
  #unsigned = 0;
  #signedMs = 0;
  #lost: Lost | undefined;
  #why: string | undefined;
  #running: Promise<void> | undefined;
  #trimming: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerMs = 0;
  #closed = false;

  private constructor(options: AuditLogOptions, found: LogEnd, head: HeadFile) {
    this.folder = options.folder;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#openFile = options.openFile ?? openLogFile;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#head = head;
    this.#end = found.end;
    this.#segment = found.segment;
    this.#offset = found.offset;
    this.#isDirty = true;
    this.#signedMs = this.#now();
    if (found.heal) this.#tellHeal(found.heal);
  }

  /** Opens the log of a folder, and goes on where it ends. Throws NOT_WRITABLE, or what the disk says. */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    await ensurePrivateDir(options.folder);
    const found = await findEnd(options.folder);
    const head = await HeadFile.open(options.folder, found.headPlace);
    // From now on, entries without a head are entries whose head was removed.
    if (found.isNew) await head.write(signHead(options.signer, 0, NO_HASH));
    return new AuditLog(options, found, head);
  }

  /** The number of the last entry on disk; 0 if there is none. */
  get lastNumber(): number {
    return this.#end.number;
  }

  /** Why entries cannot be written; `undefined` if they can, as far as is known. */
  get trouble(): string | undefined {
    return this.#why;
  }

  /** Entries that were lost since they could not be written. */
  get lostCount(): number {
    return this.#lost?.count ?? 0;
  }

  /** Resolves to the entry's number when it is on disk. Rejects AUDIT_UNAVAILABLE. */
  append(rest: Uint8Array): Promise<number> {
    return this.#await({ rest });
  }

  /** The entry is on disk soon. */
  note(rest: Uint8Array): void {
    if (this.#closed) return;
    if (this.#queue.note(rest)) this.#soon(this.#why === undefined ? LINGER_MS : RETRY_MS);
    else this.#lose(this.#why ?? 'the disk is slower than what is recorded');
  }

  /** Signs what there is. Resolves to the checkpoint's number when it is on disk. */
  checkpoint(reason: AuditCheckpointReason): Promise<number> {
    return this.#await({ checkpoint: reason });
  }

  /** Writes what waits, and a checkpoint. Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#trimming;
    const signed = this.checkpoint(AuditCheckpointReason.STOP);
    this.#closed = true;
    await signed.catch((error: unknown) => {
      this.#options.log.error('the audit log was not closed in order', { error: messageOf(error) });
    });
    clearTimeout(this.#timer);
    await this.#running;
    await this.#trimming;
    this.changes.close();
    await this.#file?.close();
    await this.#head.close();
  }

  #await(item: Item): Promise<number> {
    if (this.#closed) return Promise.reject(unavailable('the node is ending'));
    const done = this.#queue.await(item);
    if (!done) return Promise.reject(unavailable(this.#why ?? 'the disk is slower than what is recorded'));
    this.#soon(0);
    return done;
  }

  #soon(ms: number): void {
    if (this.#running) return;
    const dueMs = performance.now() + ms;
    if (this.#timer && this.#timerMs <= dueMs) return;
    clearTimeout(this.#timer);
    this.#timerMs = dueMs;
    if (ms > 0) this.#timer = setTimeout(() => this.#run(), ms);
    else {
      this.#timer = undefined;
      this.#running = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#writeAll());
    }
  }

  #run(): void {
    this.#timer = undefined;
    this.#running ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let isWell = await this.#writeSome();
    // What came meanwhile waits for more of its kind, unless somebody waits for it.
    while (isWell && this.#queue.isDue) isWell = await this.#writeSome();
    this.#running = undefined;
    if (!this.#queue.isEmpty) this.#soon(isWell ? LINGER_MS : RETRY_MS);
  }

  /** Writes a group. Resolves to whether it could. */
  async #writeSome(): Promise<boolean> {
    const taken = this.#queue.take();
    const from = this.#end.number;
    try {
      const leading = await this.#write(taken.map(({ item }) => item));
      for (const [index, { done }] of taken.entries()) done?.resolve(from + leading + index + 1);
      this.changes.changed('entries');
      return true;
    } catch (error) {
      this.#isDirty = true;
      this.#fail(messageOf(error));
      this.#queue.putBack(taken, unavailable(messageOf(error)));
      return false;
    }
  }

  /** Resolves to how many entries were put before these. */
  async #write(items: readonly Item[]): Promise<number> {
    const leading: Item[] = this.#lost ? [{ rest: this.#lossRest(this.#lost) }] : [];
    const all = [...leading, ...items];
    const nowMs = this.#now();
    if (this.#offset > 0 && this.#offset + roomForAll(all) > this.#segmentBytes) await this.#roll();
    const file = await this.#opened();
    if (this.#offset === 0) all.unshift({ checkpoint: AuditCheckpointReason.SEGMENT });
    const before = all.length - items.length;
    if (this.#unsigned + all.length > CHECKPOINT_ENTRIES || nowMs - this.#signedMs > CHECKPOINT_MS)
      all.push({ checkpoint: AuditCheckpointReason.PERIODIC });
    const { bytes, end } = writeGroup(this.#end, all, this.#options.signer, nowMs);
    await file.write(bytes, this.#offset);
    await file.sync();
    await this.#head.write(signHead(this.#options.signer, end.number, end.hash));
    this.#end = end;
    this.#offset += bytes.length;
    this.#noteSigned(all, nowMs);
    this.#recovered();
    return before;
  }

  async #opened(): Promise<LogFile> {
    const isNew = this.#file === undefined;
    this.#file ??= await this.#openFile(this.#segment.path);
    if (this.#isDirty) await this.#file.truncate(this.#offset);
    if (isNew && this.#offset === 0) await syncFolder(this.folder);
    this.#isDirty = false;
    return this.#file;
  }

  async #roll(): Promise<void> {
    const full = this.#file;
    this.#file = undefined;
    this.#segment = segmentAt(this.folder, this.#end.number + 1);
    this.#offset = 0;
    this.#isDirty = true;
    await full?.close();
    this.#trimming ??= this.#trim().finally(() => {
      this.#trimming = undefined;
    });
  }

  /** Says what is kept, and deletes the rest. What fails is tried again when the next segment is full. */
  async #trim(): Promise<void> {
    try {
      const first = await firstToKeep(this.folder, this.#options.bounds(), this.#segmentBytes, this.#now());
      if (!first) return;
      const previousHash = await hashBefore(first);
      const value = create(AuditTrimSchema, { firstNumber: BigInt(first.firstNumber), previousHash });
      await this.append(encodeRest(this.#now(), { case: 'trim', value }));
      await deleteBefore(this.folder, first.firstNumber);
    } catch (error) {
      this.#options.log.warn('old entries of the audit log were not deleted', { error: messageOf(error) });
    }
  }

  #noteSigned(all: readonly Item[], nowMs: number): void {
    const last = all.findLastIndex((item) => 'checkpoint' in item);
    this.#unsigned = last < 0 ? this.#unsigned + all.length : all.length - 1 - last;
    if (last >= 0) this.#signedMs = nowMs;
  }

  #tellHeal(heal: Heal): void {
    const { lastNumber, droppedBytes, signedNumber, headMissing } = heal;
    const value = create(AuditHealSchema, {
      lastNumber: BigInt(lastNumber),
      droppedBytes: BigInt(droppedBytes),
      headMissing,
      ...(signedNumber !== undefined && { signedNumber: BigInt(signedNumber) }),
    });
    const log = signedNumber === undefined && !headMissing ? this.#options.log.warn : this.#options.log.error;
    log('the end of the audit log was not in order', { lastNumber, droppedBytes, signedNumber, headMissing });
    this.#queue.note(encodeRest(this.#now(), { case: 'heal', value }));
  }

  #lossRest({ count, sinceMs, why }: Lost): Uint8Array {
    const value = create(AuditLossSchema, {
      count: BigInt(count),
      sinceTime: timestampFromMs(sinceMs),
      reason: why.slice(0, 256),
    });
    return encodeRest(this.#now(), { case: 'loss', value });
  }

  #lose(why: string): void {
    this.#lost ??= { count: 0, sinceMs: this.#now(), why };
    this.#lost.count++;
  }

  #fail(why: string): void {
    if (this.#why === undefined) this.#options.log.error('the audit log cannot be written', { error: why });
    this.#why = why;
  }

  #recovered(): void {
    if (this.#lost) this.#options.log.warn('entries of the audit log were lost', { count: this.#lost.count });
    else if (this.#why !== undefined) this.#options.log.info('the audit log can be written again');
    this.#lost = undefined;
    this.#why = undefined;
  }
}

/** What must be on record cannot be: it is not done. */
export function unavailable(why: string) {
  return failure(Code.Unavailable, 'AUDIT_UNAVAILABLE', `this cannot be recorded in the audit log: ${why}`, {
    retryDelayMs: RETRY_MS,
    help: 'make room on the disk of the node, and see `towline logs` there; it goes on by itself',
  });
}
