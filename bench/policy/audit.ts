/** Entries of the audit log on disk a second, and entries verified a second. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditPhase } from '../../gen/towline/v1/audit_pb.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { AuditLog } from '../../src/services/audit/chain/log.ts';
import { restOf } from '../../src/services/audit/entry.ts';
import { verifyFolder } from '../../src/services/audit/verify.ts';
import { createIdentity } from '../../src/trust/identity.ts';
import { type Figure, median } from '../lib/figures.ts';

const entries = 60_000;
/** Each waits until its entry is on disk, and writes the next. */
const writers = 512;
const rounds = 5;

export async function auditFigures(note: (text: string) => void): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'towline-bench-'));
  try {
    const identity = await createIdentity(home);
    const written: number[] = [];
    const verified: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const folder = join(home, `audit${round}`);
      const bounds = () => ({ maxBytes: 2 ** 30, maxDays: undefined });
      const log = await AuditLog.open({ folder, signer: identity, bounds, log: silentLog });
      const writeMs = await timed(() => fill(log));
      await log.close();
      let count = 0;
      const verifyMs = await timed(async () => {
        count = Number((await verifyFolder(folder, { nodeId: identity.nodeId })).entryCount);
      });
      note(`${perSecond(entries, writeMs)} entries/s written, ${perSecond(count, verifyMs)}/s verified`);
      if (round === 0) continue; // warms up
      written.push(perSecond(entries, writeMs));
      verified.push(perSecond(count, verifyMs));
    }
    return [
      figure('audit_records_per_second', median(written), 20_000),
      figure('audit_verify_records_per_second', median(verified), 150_000),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function fill(log: AuditLog): Promise<void> {
  const principal: Principal = { kind: 'peer', name: 'desk', agent: 'claude', groups: new Set(['home']) };
  let left = entries;
  const write = async () => {
    while (left-- > 0) {
      const value = {
        phase: AuditPhase.ENDED,
        method: 'towline.v1.ToolService/CallTool',
        tool: 'self/files/read_text_file',
        argumentsSha256: new Uint8Array(32).fill(left),
        argumentsBytes: 120n,
        resultBytes: 2_048n,
        durationMs: 3n,
        door: 'link',
        callNumber: BigInt(left + 1),
      };
      await log.append(restOf({ principal, event: { case: 'call', value } }, Date.now()));
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
}

function figure(name: string, value: number, target: number): Figure {
  return { name, value, unit: '/s', target, better: 'higher' };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function perSecond(count: number, ms: number): number {
  return Math.round((count * 1_000) / ms);
}
