// The log on disk: what was acknowledged is there, and what was done to it is found, and where.
import { appendFile, copyFile, readdir, readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AuditCheckpointReason, AuditEntrySchema, AuditRotationSchema } from '../../../gen/towline/v1/audit_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { openLogFile } from '../../../src/services/audit/chain/file.ts';
import { hashOf } from '../../../src/services/audit/chain/frame.ts';
import { writeGroup } from '../../../src/services/audit/chain/group.ts';
import { headPath } from '../../../src/services/audit/chain/head.ts';
import { entriesAfter } from '../../../src/services/audit/chain/reader.ts';
import { encodeRest } from '../../../src/services/audit/entry.ts';
import { exportLog } from '../../../src/services/audit/export.ts';
import { verifyExport, verifyFolder, verifyPath } from '../../../src/services/audit/verify.ts';
import type { Identity } from '../../../src/trust/identity.ts';
import { createRotation } from '../../../src/trust/rotation.ts';
import { failing, newIdentity } from '../../trust/support.ts';
import {
  callRest,
  edit,
  fill,
  findingsIn,
  openLog,
  placesOf,
  removeFolder,
  scratchFolder,
  segmentPath,
  shortFindings,
} from './support.ts';

let signer: Identity;
let folder: string;

beforeAll(async () => {
  signer = await newIdentity();
});
beforeEach(async () => {
  folder = await scratchFolder();
});
afterEach(() => removeFolder(folder));

const small = { segmentBytes: 16 * 1024 };

/** A log of some segments that was closed in order. */
async function written(count = 300): Promise<void> {
  const log = await openLog(folder, signer, small);
  for (let done = 0; done < count; done += 50) await fill(log, Math.min(50, count));
  await log.close();
}

async function exported(): Promise<string> {
  const log = await openLog(folder, signer, small);
  const path = join(folder, 'copy.export');
  const pieces = [];
  for await (const piece of exportLog(log, undefined)) pieces.push(piece);
  await writeFile(path, Buffer.concat(pieces));
  await log.close();
  return path;
}

const flip = (at: number) => (bytes: Buffer) => {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

describe('an audit log', () => {
  it('has what was appended, in order and whole, in files for its owner alone', async () => {
    await written();
    const report = await verifyFolder(folder, { nodeId: signer.nodeId });
    expect(report).toMatchObject({ isIntact: true, firstNumber: 1n, findingCount: 0, notes: [] });
    expect(report.segmentCount).toBeGreaterThan(2);
    expect(report.signedNumber).toBe(report.lastNumber);
    const tools = [];
    for await (const { event } of entriesAfter(folder, 0, Number(report.lastNumber)))
      if (event.case === 'call') tools.push(event.value.tool);
    expect(tools.slice(0, 50)).toEqual(Array.from({ length: 50 }, (_, n) => `self/files/tool${n}`));
    expect(tools.length).toBe(300);
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
  });

  it('goes on where it ended', async () => {
    await written(50);
    const before = await verifyFolder(folder);
    const log = await openLog(folder, signer);
    expect(await log.append(callRest())).toBe(Number(before.lastNumber) + 1);
    await log.close();
    expect(await findingsIn(folder, signer)).toEqual([]);
  });

  it('gives each its number, also behind a checkpoint that was put before it', async () => {
    const log = await openLog(folder, signer);
    expect(await Promise.all([log.append(callRest()), log.append(callRest())])).toEqual([2, 3]);
    await log.close();
    await expect(log.append(callRest()).catch(reasonOf)).resolves.toBe('AUDIT_UNAVAILABLE');
  });

  it('writes what nobody waits for soon after', async () => {
    const log = await openLog(folder, signer);
    const stop = new AbortController();
    const changes = log.changes.watch(stop.signal)[Symbol.asyncIterator]();
    log.note(callRest());
    await changes.next();
    expect(log.lastNumber).toBe(2);
    await log.close();
  });

  it('is verified while it is written', async () => {
    const log = await openLog(folder, signer, small);
    const writing = (async () => {
      for (let n = 0; n < 20; n++) await fill(log, 40);
    })();
    for (let n = 0; n < 5; n++) expect(await findingsIn(folder, signer)).toEqual([]);
    await writing;
    await log.close();
  });

  it('keeps within its bounds, and is whole all the same', async () => {
    const bounds = () => ({ maxBytes: 64 * 1024, maxDays: undefined });
    const log = await openLog(folder, signer, { ...small, bounds });
    for (let n = 0; n < 20; n++) await fill(log, 60);
    await log.close();
    const report = await verifyFolder(folder, { nodeId: signer.nodeId });
    expect(report).toMatchObject({ isIntact: true });
    expect(report.segmentCount).toBeLessThan(10);
    expect(report.firstNumber).toBeGreaterThan(100n);
  });

  it('follows its node to a new key, and nobody else', async () => {
    const next = await newIdentity();
    let current = signer;
    const live = {
      get nodeId() {
        return current.nodeId;
      },
      sign: (...said: Parameters<Identity['sign']>) => current.sign(...said),
    } as Identity;
    const log = await openLog(folder, live);
    await fill(log, 3);
    const value = create(AuditRotationSchema, { rotation: createRotation(signer, next) });
    await log.append(encodeRest(Date.now(), { case: 'rotation', value }));
    current = next;
    await fill(log, 3);
    await log.close();
    expect(await findingsIn(folder, next)).toEqual([]);
    const last = Number((await verifyFolder(folder)).lastNumber);
    expect(await findingsIn(folder, signer)).toEqual([`CHECKPOINT_FOREIGN 1-${last}`]);
  });
});

describe('after a crash', () => {
  it('half an entry is cut off and noted', async () => {
    await written(50);
    const path = await segmentPath(folder, -1);
    const last = (await verifyFolder(folder)).lastNumber;
    const torn = writeGroup({ number: Number(last), hash: Buffer.alloc(32) }, [{ rest: callRest() }], signer, 0).bytes;
    await appendFile(path, torn.subarray(0, 60));
    expect(await findingsIn(folder, signer)).toEqual([]);
    expect((await verifyFolder(folder)).notes).toEqual([expect.stringContaining('60 bytes at the end')]);
    const log = await openLog(folder, signer);
    await log.append(callRest());
    await log.close();
    const report = await verifyFolder(folder, { nodeId: signer.nodeId });
    expect(report.isIntact).toBe(true);
    expect(report.notes).toEqual([expect.stringContaining(`60 bytes behind entry ${last} were cut off`)]);
  });

  it('whole entries that nobody was told of yet are kept', async () => {
    await written(10);
    const path = await segmentPath(folder, -1);
    const end = await verifyFolder(folder);
    const place = { number: Number(end.lastNumber), hash: Buffer.from(end.lastHash) };
    await appendFile(path, writeGroup(place, [{ rest: callRest() }, { rest: callRest() }], signer, 0).bytes);
    const log = await openLog(folder, signer);
    expect(await log.append(callRest())).toBe(place.number + 3);
    await log.close();
    expect(await findingsIn(folder, signer)).toEqual([]);
  });

  it('zeros that a lost power left are cut off', async () => {
    await written(10);
    await appendFile(await segmentPath(folder, -1), Buffer.alloc(4_096));
    const log = await openLog(folder, signer);
    await log.append(callRest());
    await log.close();
    expect(await findingsIn(folder, signer)).toEqual([]);
  });

  it('a new file that was begun is begun again', async () => {
    await written(10);
    const { lastNumber } = await verifyFolder(folder);
    await writeFile(join(folder, `${String(lastNumber + 1n).padStart(16, '0')}.audit`), Buffer.alloc(10));
    const log = await openLog(folder, signer);
    await log.append(callRest());
    await log.close();
    expect(await findingsIn(folder, signer)).toEqual([]);
  });
});

describe('a verification finds', () => {
  beforeEach(() => written());

  it('an entry that was changed, and where', async () => {
    const path = await segmentPath(folder, 1);
    const { end = 0, number } = (await placesOf(path))[5] ?? {};
    await edit(path, flip(end - 2));
    expect(await findingsIn(folder, signer)).toEqual([`ENTRY_CHANGED ${number}-${number}`]);
    const report = await verifyFolder(folder);
    expect(report.findings[0]).toMatchObject({ segment: path.split('/').at(-1), offsetBytes: BigInt(end) });
  });

  it('the last entry changed', async () => {
    const path = await segmentPath(folder, -1);
    const { end = 0, number } = (await placesOf(path)).at(-1) ?? {};
    await edit(path, flip(end - 1));
    expect((await findingsIn(folder, signer)).join()).toContain(`HEAD_MISMATCH ${number}-${number}`);
  });

  it('a number that was changed', async () => {
    const path = await segmentPath(folder, 0);
    const { start = 0, number } = (await placesOf(path))[5] ?? {};
    await edit(path, flip(start + 35));
    const one = `ENTRY_CHANGED ${number}-${number}`;
    expect(await findingsIn(folder, signer)).toEqual([one, one]);
  });

  it('entries that were swapped', async () => {
    const path = await segmentPath(folder, 1);
    const [a, b] = (await placesOf(path)).slice(5, 7);
    await edit(path, (bytes) => {
      const parts = [bytes.subarray(0, a?.offset), bytes.subarray(b?.offset, b?.end)];
      return Buffer.concat([...parts, bytes.subarray(a?.offset, a?.end), bytes.subarray(b?.end)]);
    });
    expect(await findingsIn(folder, signer)).toEqual([`ENTRIES_REORDERED ${a?.number}-${a?.number}`]);
  });

  it('entries that were left out', async () => {
    const path = await segmentPath(folder, 1);
    const places = await placesOf(path);
    const [from, to] = [places[5], places[8]];
    await edit(path, (bytes) => Buffer.concat([bytes.subarray(0, from?.offset), bytes.subarray(to?.offset)]));
    expect(await findingsIn(folder, signer)).toEqual([`ENTRIES_MISSING ${from?.number}-${(to?.number ?? 0) - 1}`]);
  });

  it('an entry that is there twice', async () => {
    const path = await segmentPath(folder, 1);
    const place = (await placesOf(path))[5];
    await edit(path, (bytes) => Buffer.concat([bytes.subarray(0, place?.end), bytes.subarray(place?.offset)]));
    expect(await findingsIn(folder, signer)).toEqual([`ENTRY_REPEATED ${place?.number}-${place?.number}`]);
  });

  it('a segment that was deleted, in the middle and at the start', async () => {
    const middle = await segmentPath(folder, 1);
    const places = await placesOf(middle);
    await unlink(middle);
    const gap = `ENTRIES_MISSING ${places[0]?.number}-${places.at(-1)?.number}`;
    expect(await findingsIn(folder, signer)).toEqual([gap]);
    await unlink(await segmentPath(folder, 0));
    const kept = (await placesOf(await segmentPath(folder, 0)))[0]?.number ?? 0;
    expect(await findingsIn(folder, signer)).toEqual([`ENTRIES_MISSING 1-${kept - 1}`]);
  });

  it('entries that were cut off the end, on the boundary of an entry and with whole files', async () => {
    const path = await segmentPath(folder, -1);
    const places = await placesOf(path);
    const last = places.at(-1)?.number;
    await truncate(path, places[3]?.end);
    expect(await findingsIn(folder, signer)).toEqual([`END_CUT ${(places[3]?.number ?? 0) + 1}-${last}`]);
    await unlink(path);
    expect(await findingsIn(folder, signer)).toEqual([`END_CUT ${places[0]?.number}-${last}`]);
    for (const name of await readdir(folder)) if (name.endsWith('.audit')) await unlink(join(folder, name));
    expect(await findingsIn(folder, signer)).toEqual([`END_CUT 1-${last}`]);
  });

  it('the same for ever, when the node has gone on', async () => {
    const path = await segmentPath(folder, -1);
    const places = await placesOf(path);
    const [keep, last] = [places[3], places.at(-1)?.number];
    await truncate(path, (keep?.end ?? 0) + 7);
    const log = await openLog(folder, signer);
    await log.append(callRest());
    await log.close();
    const report = await verifyFolder(folder, { nodeId: signer.nodeId });
    expect(shortFindings(report)).toContain(`ENTRIES_MISSING ${(keep?.number ?? 0) + 1}-${last}`);
    expect(report.notes.join()).toContain(`entries after ${keep?.number}, up to ${last}, were gone`);
  });

  it('a length that was changed, and reads on behind that file', async () => {
    const path = await segmentPath(folder, 1);
    const places = await placesOf(path);
    const { offset = 0, number } = places[5] ?? {};
    await edit(path, (bytes) => bytes.fill(0xff, offset, offset + 1));
    expect(await findingsIn(folder, signer)).toEqual([
      `BYTES_UNREADABLE ${number}-${number}`,
      `ENTRIES_MISSING ${number}-${places.at(-1)?.number}`,
    ]);
  });

  it('a chain that somebody made anew without the key', async () => {
    const path = await segmentPath(folder, -1);
    const bytes = await readFile(path);
    const places = await placesOf(path);
    const rests = places.map(({ start, end }, index) => {
      const entry = fromBinary(AuditEntrySchema, bytes.subarray(start, end));
      if (index === 5 && entry.event.case === 'call') entry.event.value.tool = 'self/files/harmless';
      return { rest: toBinary(AuditEntrySchema, { ...entry, previousHash: new Uint8Array(0), number: 0n }) };
    });
    const { start = 0, number = 0 } = places[0] ?? {};
    const before = { number: number - 1, hash: bytes.subarray(start + 2, start + 34) };
    await writeFile(path, writeGroup(before, rests, signer, 0).bytes);
    const last = places.at(-1)?.number;
    const found = await findingsIn(folder, signer);
    expect(found).toContain(`CHECKPOINT_INVALID ${number + 1}-${last}`);
    expect(found).toContain(`HEAD_MISMATCH ${last}-${last}`);
  });

  it("another node's checkpoint, and another node's whole log", async () => {
    const thief = await newIdentity();
    const end = await verifyFolder(folder);
    const place = { number: Number(end.lastNumber), hash: Buffer.from(end.lastHash) };
    const forged = writeGroup(place, [{ checkpoint: AuditCheckpointReason.PERIODIC }], thief, 1_000);
    await appendFile(await segmentPath(folder, -1), forged.bytes);
    expect(await findingsIn(folder, signer)).toEqual([`CHECKPOINT_FOREIGN ${place.number + 1}-${place.number + 1}`]);
    await removeFolder(folder);
    const log = await openLog(folder, thief);
    await log.append(callRest());
    await log.close();
    expect(await findingsIn(folder, signer)).toEqual(['CHECKPOINT_FOREIGN 1-3']);
  });

  it('a missing or spoilt head, but for one of its two places', async () => {
    const last = (await verifyFolder(folder)).lastNumber;
    await copyFile(headPath(folder), join(folder, 'kept'));
    await unlink(headPath(folder));
    expect(await findingsIn(folder, signer)).toEqual([`HEAD_MISSING ${last}-${last}`]);
    await writeFile(headPath(folder), Buffer.alloc(1_024, 3));
    expect(await findingsIn(folder, signer)).toEqual([`HEAD_INVALID ${last}-${last}`]);
    for (const place of [0, 512]) {
      await copyFile(join(folder, 'kept'), headPath(folder));
      await edit(headPath(folder), (bytes) => bytes.fill(0xff, place, place + 100));
      expect(await findingsIn(folder, signer)).toEqual([]);
    }
    await unlink(headPath(folder));
    const log = await openLog(folder, signer);
    await log.append(callRest());
    await log.close();
    expect((await verifyFolder(folder)).notes.join()).toContain('was missing or damaged when the node started');
  });
});

describe('an export', () => {
  beforeEach(() => written());

  it('is verified by itself', async () => {
    const report = await verifyPath(await exported(), { nodeId: signer.nodeId });
    expect(report).toMatchObject({ isIntact: true, firstNumber: 1n, segmentCount: 1 });
    expect(Buffer.from(report.nodeId)).toEqual(Buffer.from(signer.nodeId));
    expect(report.entryCount).toBeGreaterThan(300n);
    await expect(verifyPath(join(folder, 'nothing'))).rejects.toEqual(failing('AUDIT_NOT_FOUND'));
  });

  it('shows that it was cut, anywhere', async () => {
    const path = await exported();
    const places = await placesOf(path);
    const last = places.at(-1)?.number;
    await truncate(path, places.at(-2)?.end);
    expect(shortFindings(await verifyExport(path))).toEqual([`END_CUT ${last}-${last}`]);
    await truncate(path, (places.at(-2)?.end ?? 0) - 5);
    expect((await verifyExport(path)).findings.map(({ reason }) => reason)).toEqual(['BYTES_UNREADABLE', 'END_CUT']);
  });

  it('of another node is told from one of this node', async () => {
    const report = await verifyPath(await exported(), { nodeId: (await newIdentity()).nodeId });
    expect(report.findings[0]?.reason).toBe('CHECKPOINT_FOREIGN');
  });
});

describe('a disk that is full', () => {
  /** Files that take half of the write that does not fit, and say that there is no room. */
  function smallDisk() {
    const disk = {
      room: 8_000,
      async openFile(path: string) {
        const file = await openLogFile(path);
        return {
          ...file,
          async write(bytes: Buffer, offset: number) {
            const isFull = offset + bytes.length > disk.room;
            await file.write(isFull ? bytes.subarray(0, bytes.length >> 1) : bytes, offset);
            if (isFull) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
          },
        };
      },
    };
    return disk;
  }

  it('refuses what must be recorded, keeps or counts the rest, and goes on by itself', async () => {
    const disk = smallDisk();
    const log = await openLog(folder, signer, { openFile: disk.openFile });
    await fill(log, 20);
    const last = log.lastNumber;
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => log.append(callRest())));
    const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? reasonOf(outcome.reason) : 'on disk'));
    expect(new Set(reasons)).toEqual(new Set(['AUDIT_UNAVAILABLE']));
    expect(log.trouble).toContain('ENOSPC');
    log.note(callRest('self/files/kept'));
    const large = callRest('self/files/large', 'x'.repeat(30_000));
    for (let n = 0; n < 300; n++) log.note(large);
    expect(log.lostCount).toBeGreaterThan(0);
    disk.room = Number.POSITIVE_INFINITY;
    const stop = new AbortController();
    for await (const _ of log.changes.watch(stop.signal)) if (log.trouble === undefined) break;
    await log.append(callRest());
    await log.close();
    expect(await findingsIn(folder, signer)).toEqual([]);
    const events = [];
    for await (const { event } of entriesAfter(folder, last, last + 400)) events.push(event);
    expect(events[0]).toMatchObject({ case: 'loss' });
    expect(events[1]).toMatchObject({ case: 'call', value: { tool: 'self/files/kept' } });
  });
});

it('chains by the hash of the bytes as they stand', async () => {
  await written(2);
  const path = await segmentPath(folder, 0);
  const bytes = await readFile(path);
  const entries = (await placesOf(path)).map(({ start, end }) => bytes.subarray(start, end));
  const named = entries.map((entry) => Buffer.from(fromBinary(AuditEntrySchema, entry).previousHash));
  expect(named.slice(1)).toEqual(entries.slice(0, -1).map(hashOf));
});
