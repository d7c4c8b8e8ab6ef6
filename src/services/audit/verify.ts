/** Verifies a log on disk, or an exported file. Needs no running node, and disturbs none that runs. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { AuditCheckpointReason } from '../../../gen/towline/v1/audit_pb.ts';
import { type AuditReport, AuditReportSchema } from '../../../gen/towline/v1/audit_service_pb.ts';
import { LocalError, systemCodeOf } from '../../base/errors.ts';
import { formatNodeId } from '../../trust/node-id.ts';
import { entriesText } from './chain/findings.ts';
import type { FrameState } from './chain/frame.ts';
import { type FoundHead, readHead } from './chain/head.ts';
import { listSegments } from './chain/segments.ts';
import { Verifier } from './chain/verifier.ts';

export interface VerifyOptions {
  /** Whose log it should be, 32 bytes. If absent, whoever signed it; the report then says who. */
  readonly nodeId?: Uint8Array | undefined;
}

/** A folder is a node's log, a file an export. Throws AUDIT_NOT_FOUND. */
export async function verifyPath(path: string, options: VerifyOptions = {}): Promise<AuditReport> {
  const found = await stat(path).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') throw notFound(path);
    throw error;
  });
  return found.isDirectory() ? verifyFolder(path, options) : verifyExport(path, options);
}

/** Verifies the log of a node. */
export async function verifyFolder(folder: string, options: VerifyOptions = {}): Promise<AuditReport> {
  // Read first: whatever is written meanwhile is behind it.
  const head = await readHead(folder);
  const verifier = new Verifier();
  if (head.kind === 'head') verifier.want(Number(head.head.number));
  const segments = await listSegments(folder);
  for (const [index, { name, path }] of segments.entries()) {
    const bytes = await readIfThere(path);
    if (bytes === undefined) continue; // trimmed meanwhile: the log says so itself
    noteEnd(verifier, name, verifier.read(name, bytes), bytes.length, index === segments.length - 1, head);
    await turn();
  }
  checkHead(verifier, head, segments.length);
  verifier.finish();
  return reportOf(verifier, segments.length, options);
}

/** Verifies a file that `towline audit export` made. */
export async function verifyExport(path: string, options: VerifyOptions = {}): Promise<AuditReport> {
  const name = basename(path);
  const bytes = await readFile(path);
  const verifier = new Verifier();
  const { state, offset } = verifier.read(name, bytes);
  if (state !== 'end') unreadable(verifier, state, offset, bytes.length);
  if (verifier.endsWith !== AuditCheckpointReason.EXPORT)
    verifier.add(
      'END_CUT',
      verifier.last + 1,
      verifier.last + 1,
      offset,
      'the file does not end as an export does: it was cut',
    );
  const { first } = verifier;
  if (first > 1) verifier.notes.push(`the export begins with entry ${first}`);
  verifier.startAt(first);
  verifier.finish();
  return reportOf(verifier, 1, options);
}

function noteEnd(
  verifier: Verifier,
  name: string,
  { state, offset }: { state: FrameState; offset: number },
  size: number,
  isLast: boolean,
  head: FoundHead,
): void {
  if (state === 'end') return;
  const isAcknowledged = head.kind !== 'head' || verifier.last < Number(head.head.number);
  if (isLast && !isAcknowledged) {
    verifier.notes.push(
      `${name}: ${size - offset} bytes at the end are not written to their end; nobody was told that they are`,
    );
  } else unreadable(verifier, state, offset, size);
}

function unreadable(verifier: Verifier, state: FrameState, offset: number, size: number): void {
  const next = verifier.last + 1;
  const why = state === 'cut' ? 'end within an entry' : 'cannot be read';
  verifier.add('BYTES_UNREADABLE', next, next, offset, `${size - offset} bytes behind entry ${verifier.last} ${why}`);
}

function checkHead(verifier: Verifier, found: FoundHead, segments: number): void {
  const { last } = verifier;
  if (found.kind !== 'head') {
    if (segments === 0 && found.kind === 'missing') return;
    const how = found.kind === 'missing' ? 'HEAD_MISSING' : 'HEAD_INVALID';
    verifier.add(how, last, last, 0, `the file that says where the log ends is ${found.kind}: entries may be cut off`);
    return;
  }
  const { nodeId, hash } = found.head;
  const number = Number(found.head.number);
  if (!verifier.keys.accept(nodeId)) {
    verifier.add('HEAD_INVALID', last, last, 0, 'the file that says where the log ends is signed by another key');
  } else if (number > last) {
    verifier.add(
      'END_CUT',
      last + 1,
      number,
      0,
      `${entriesText(last + 1, number)} at the end, which the node signed for, are missing`,
    );
  } else {
    const there = verifier.hashAt(number);
    if (there && !there.equals(hash))
      verifier.add(
        'HEAD_MISMATCH',
        number,
        number,
        0,
        `${entriesText(number, number)} is not the one that the node signed for`,
      );
    else if (there) verifier.signed = Math.max(verifier.signed, number);
  }
}

function reportOf(verifier: Verifier, segmentCount: number, { nodeId }: VerifyOptions): AuditReport {
  const { keys, findings, last } = verifier;
  if (nodeId && !keys.endsWith(nodeId)) {
    const message = `the log is not signed by ${formatNodeId(nodeId)} but by another node`;
    verifier.add('CHECKPOINT_FOREIGN', verifier.first, last, 0, message);
  } else if (last > 0 && keys.current === undefined) {
    verifier.add(
      'CHECKPOINT_MISSING',
      verifier.first,
      last,
      0,
      'no checkpoint has a right signature: nobody vouches for any of it',
    );
  }
  return create(AuditReportSchema, {
    isIntact: findings.count === 0,
    firstNumber: BigInt(verifier.first),
    lastNumber: BigInt(last),
    entryCount: BigInt(verifier.count),
    checkpointCount: BigInt(verifier.checkpoints),
    segmentCount,
    signedNumber: BigInt(verifier.signed),
    lastHash: verifier.lastHash ?? new Uint8Array(0),
    findings: findings.kept,
    findingCount: findings.count,
    notes: verifier.notes,
    ...(keys.current !== undefined && { nodeId: Buffer.from(keys.current, 'hex') }),
  });
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function notFound(path: string): LocalError {
  return new LocalError('AUDIT_NOT_FOUND', `there is no audit log at ${path}`, {
    help: 'name the folder `audit` of a home, or a file that `towline audit export` made',
    metadata: { path },
  });
}
