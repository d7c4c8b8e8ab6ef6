/** The audit log of a running node: opened before anything can happen, and closed after everything has ended. */
import { readFile } from 'node:fs/promises';
import type { ServiceImpl } from '@connectrpc/connect';
import type { AuditService } from '../../../gen/towline/v1/audit_service_pb.ts';
import type { Config } from '../../../gen/towline/v1/config_pb.ts';
import type { Rotation } from '../../../gen/towline/v1/rotation_pb.ts';
import { sha256 } from '../../base/bytes.ts';
import { messageOf, systemCodeOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Redactor } from '../../base/redact.ts';
import type { Link } from '../../link/link.ts';
import type { CallObserver } from '../../rpc/observe.ts';
import { AuditLog } from '../../services/audit/chain/log.ts';
import { restOf } from '../../services/audit/entry.ts';
import { DEFAULT_MAX_BYTES } from '../../services/audit/limits.ts';
import { CallRecorder } from '../../services/audit/recorder.ts';
import { createAuditService } from '../../services/audit/service.ts';
import { Tally } from '../../services/audit/tally.ts';
import type { AuditRecord, Note, Record } from '../../services/record.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { peerPrincipal } from '../peers.ts';
import { version } from '../version.ts';
import { trust } from './actions.ts';
import { createDoors, type Doors } from './doors.ts';

export interface AuditParts {
  /** The folder of the log. */
  readonly folder: string;
  /** The configuration file, of which the hash is recorded. */
  readonly configFile: string;
  readonly identity: Identity;
  /** As it is now. */
  readonly config: () => Config;
  readonly redactor: Redactor;
  readonly log: Log;
}

export interface Audit {
  readonly service: ServiceImpl<typeof AuditService>;
  readonly record: Record;
  readonly note: Note;
  /** Records calls. */
  readonly recorder: CallObserver;
  /** Records who comes in and who is turned away. */
  readonly doors: Doors;
  /** A link has opened. */
  linked(link: Pick<Link, 'peerNodeId' | 'remoteAddress'>, keyring: Keyring): void;
  /** Records which keys are trusted, however that changes. Returns what ends it. */
  watchTrust(keyring: Keyring): () => void;
  /** The configuration was read again. */
  reloaded(errorCount: number): void;
  /** The node is about to have a new key. */
  rotated(rotation: Rotation): Promise<void>;
  /** Why nothing can be recorded, for the owner; empty if it can. */
  warnings(): string[];
  /** Records that the node has ended, and writes what waits. Idempotent. */
  close(): Promise<void>;
}

/** Opens the log of a home, and records that the node has started. Throws NOT_WRITABLE, or what the disk says. */
export async function openAudit(parts: AuditParts): Promise<Audit> {
  const { folder, identity, config, redactor, log } = parts;
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
  const record = async (said: AuditRecord) => {
    await chain.append(restOf(said, Date.now()));
  };
  const settings = () => {
    const { arguments: wanted = false, required = false } = config().audit ?? {};
    return { arguments: wanted, required };
  };
  const tally = new Tally(note);
  const doors = createDoors(note);
  return {
    service: createAuditService(chain, () => identity.nodeId),
    note,
    record,
    recorder: new CallRecorder({ record, note, settings, redactor, tally }),
    doors,
    linked({ peerNodeId, remoteAddress }, keyring) {
      const entry = keyring.byId(peerNodeId);
      if (entry) doors.login(peerPrincipal(keyring, entry), 'link', remoteAddress);
    },
    watchTrust: (keyring) =>
      keyring.onChange(({ added, removed, changed }) => {
        for (const entry of added) note({ event: trust('added', entry) });
        for (const entry of removed) note({ event: trust('removed', entry) });
        for (const entry of changed) note({ event: trust('changed', entry) });
      }),
    reloaded(errorCount) {
      hashOfFile(parts.configFile)
        .then((configSha256) => note({ event: { case: 'reload', value: { configSha256, errorCount } } }))
        .catch((error: unknown) => log.error('a reload was not recorded', { error: messageOf(error) }));
    },
    rotated: (rotation) => record({ event: { case: 'rotation', value: { rotation } } }),
    warnings() {
      const { trouble, lostCount } = chain;
      if (trouble === undefined) return [];
      return [`the audit log cannot be written: ${trouble}${lostCount > 0 ? ` (${lostCount} entries are lost)` : ''}`];
    },
    async close() {
      tally.flush();
      doors.flush();
      note({ event: { case: 'stop', value: {} } });
      await chain.close();
    },
  };
}

/** The SHA-256 of a file's bytes; empty if there is none. */
export async function hashOfFile(path: string): Promise<Uint8Array> {
  try {
    return sha256(await readFile(path));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return new Uint8Array(0);
    throw error;
  }
}
