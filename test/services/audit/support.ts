// A log in a folder of its own, and ways to harm it.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditReport } from '../../../gen/towline/v1/audit_service_pb.ts';
import { silentLog } from '../../../src/base/log.ts';
import { FrameReader } from '../../../src/services/audit/chain/frame.ts';
import { AuditLog, type AuditLogOptions } from '../../../src/services/audit/chain/log.ts';
import { listSegments } from '../../../src/services/audit/chain/segments.ts';
import { restOf } from '../../../src/services/audit/entry.ts';
import { verifyFolder } from '../../../src/services/audit/verify.ts';
import type { Identity } from '../../../src/trust/identity.ts';

export async function scratchFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'towline-audit-'));
}

export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

export function openLog(folder: string, signer: Identity, options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  const bounds = () => ({ maxBytes: 1024 * 1024 * 1024, maxDays: undefined });
  return AuditLog.open({ folder, signer, bounds, log: silentLog, ...options });
}

/** A call of this tool, without its place. */
export function callRest(tool = 'self/files/read', argumentsJson = ''): Uint8Array {
  const principal = { kind: 'peer', name: 'desk', agent: 'claude', groups: new Set<string>() } as const;
  const value = { method: 'towline.v1.ToolService/CallTool', tool, argumentsJson };
  return restOf({ principal, event: { case: 'call', value } }, Date.now());
}

/** Writes this many calls, in groups. */
export async function fill(log: AuditLog, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, n) => log.append(callRest(`self/files/tool${n}`))));
}

/** The places of the entries of a segment; the length of an entry stands at `offset`. */
export async function placesOf(
  path: string,
): Promise<{ number: number; offset: number; start: number; end: number }[]> {
  const reader = new FrameReader(await readFile(path));
  const places = [];
  while (reader.next() === 'entry') {
    const { number, offset, start, end } = reader;
    places.push({ number, offset, start, end });
  }
  return places;
}

export async function segmentPath(folder: string, index: number): Promise<string> {
  return (await listSegments(folder)).at(index)?.path ?? '';
}

/** Changes the bytes of a file. */
export async function edit(path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  await writeFile(path, change(await readFile(path)));
}

/** What a report finds, in short: "ENTRY_CHANGED 7-7". */
export function shortFindings({ findings }: AuditReport): string[] {
  return findings.map(({ reason, firstNumber, lastNumber }) => `${reason} ${firstNumber}-${lastNumber}`);
}

export async function findingsIn(folder: string, signer: Identity): Promise<string[]> {
  return shortFindings(await verifyFolder(folder, { nodeId: signer.nodeId }));
}
