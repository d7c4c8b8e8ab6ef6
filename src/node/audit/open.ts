/** The audit log of a running node: opened before anything can happen, and closed after everything has ended. */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ServiceImpl } from '@connectrpc/connect';
import type { AuditService } from '../../../gen/towline/v1/audit_service_pb.ts';
import type { Config } from '../../../gen/towline/v1/config_pb.ts';
import { systemCodeOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { AuditLog } from '../../services/audit/chain/log.ts';
import { restOf } from '../../services/audit/entry.ts';
import { DEFAULT_MAX_BYTES } from '../../services/audit/limits.ts';
import { createAuditService } from '../../services/audit/service.ts';
import type { AuditRecord, Note, Record } from '../../services/record.ts';
import type { Identity } from '../../trust/identity.ts';
import { version } from '../version.ts';

export interface AuditParts {
  /** The folder of the log. */
  readonly folder: string;
  /** The configuration file, of which the hash is recorded. */
  readonly configFile: string;
  readonly identity: Identity;
  /** As it is now. */
  readonly config: () => Config;
  readonly log: Log;
}

export interface Audit {
  readonly service: ServiceImpl<typeof AuditService>;
  readonly record: Record;
  readonly note: Note;
  /** Why nothing can be recorded, for the owner; empty if it can. */
  warnings(): string[];
  /** Records that the node has ended, and writes what waits. Idempotent. */
  close(): Promise<void>;
}

/** Opens the log of a home, and records that the node has started. Throws NOT_WRITABLE, or what the disk says. */
export async function openAudit(parts: AuditParts): Promise<Audit> {
  const { folder, identity, config, log } = parts;
  const bounds = () => {
    const { maxBytes = BigInt(DEFAULT_MAX_BYTES), maxDays } = config().audit ?? {};
    return { maxBytes: Number(maxBytes), maxDays };
  };
  const chain = await AuditLog.open({ folder, signer: identity, bounds, log });
  const note = (said: AuditRecord) => chain.note(restOf(said, Date.now()));
  note({
    event: {
      case: 'start',
      value: { software: `towline/${version}`, configSha256: await hashOfFile(parts.configFile) },
    },
  });
  return {
    service: createAuditService(chain, () => identity.nodeId),
    note,
    async record(said) {
      await chain.append(restOf(said, Date.now()));
    },
    warnings() {
      const { trouble, lostCount } = chain;
      if (trouble === undefined) return [];
      return [`the audit log cannot be written: ${trouble}${lostCount > 0 ? ` (${lostCount} entries are lost)` : ''}`];
    },
    async close() {
      note({ event: { case: 'stop', value: {} } });
      await chain.close();
    },
  };
}

/** The SHA-256 of a file's bytes; empty if there is none. */
export async function hashOfFile(path: string): Promise<Uint8Array> {
  try {
    return hash('sha256', await readFile(path), 'buffer');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return new Uint8Array(0);
    throw error;
  }
}
