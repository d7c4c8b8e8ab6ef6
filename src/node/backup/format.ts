/** What a backup looks like. `proto/towline/v1/backup.proto` describes it. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type BackupHeader, BackupHeaderSchema } from '../../../gen/towline/v1/backup_pb.ts';
import { LocalError } from '../../base/errors.ts';

/** The first bytes; the number is the version of what follows. */
export const MAGIC = Buffer.from('towline-backup-v1\n');
export const LENGTH_BYTES = 4;
export const DIGEST_BYTES = 32;
/** As in the schema. */
export const MAX_FILES = 10_000;
/** Ten thousand files with long names. */
export const MAX_HEADER_BYTES = 8 * 1024 * 1024;

const PATH = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/;
const MAX_PATH_LENGTH = 512;

/** Whether a path can be in a backup: inside the home, and nothing hidden. */
export function isBackupPath(path: string): boolean {
  return path.length <= MAX_PATH_LENGTH && PATH.test(path);
}

/** Everything that stands before the files. */
export function headBytes(header: BackupHeader): Buffer {
  const body = toBinary(BackupHeaderSchema, header);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(body.length);
  return Buffer.concat([MAGIC, length, body]);
}

/** Reads the header. Throws `BACKUP_DAMAGED`. */
export function readHeader(body: Uint8Array): BackupHeader {
  let header: BackupHeader;
  try {
    header = fromBinary(BackupHeaderSchema, body);
  } catch (error) {
    throw backupDamaged('its header cannot be read', error);
  }
  const { files } = header;
  const paths = new Set(files.map(({ path }) => path.toLowerCase()));
  if (files.length === 0 || files.length > MAX_FILES || paths.size < files.length)
    throw backupDamaged('its list of files is odd');
  if (!files.every(({ path }) => isBackupPath(path))) throw backupDamaged('it names files outside of a home');
  return header;
}

export function backupDamaged(why: string, cause?: unknown): LocalError {
  return new LocalError('BACKUP_DAMAGED', `this backup is damaged, or is none: ${why}`, {
    help: 'use another copy; nothing was restored',
    cause,
  });
}
