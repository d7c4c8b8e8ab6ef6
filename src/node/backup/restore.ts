/** Makes a home from a backup: all of it, or nothing. */
import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, mkdtemp, open, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { BackupHeader } from '../../../gen/towline/v1/backup_pb.ts';
import { equalBytes } from '../../base/bytes.ts';
import { LocalError, messageOf, systemCodeOf } from '../../base/errors.ts';
import { loadIdentity } from '../../trust/identity.ts';
import { backupDamaged, DIGEST_BYTES, LENGTH_BYTES, MAGIC, MAX_HEADER_BYTES, readHeader } from './format.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Throws `BACKUP_DAMAGED`, `BACKUP_MISSING`, `HOME_EXISTS` or `HOME_NOT_WRITABLE`; then nothing was changed. */
export async function restoreBackup(file: string, home: string): Promise<BackupHeader> {
  const target = resolve(home);
  await refuseExisting(target);
  const source = await open(file, 'r').catch((error: unknown) => {
    throw new LocalError('BACKUP_MISSING', `cannot read ${file}: ${messageOf(error)}`, {
      help: 'name a backup file',
      cause: error,
    });
  });
  try {
    const { header, filesAt } = await verified(source);
    await mkdir(dirname(target), { recursive: true });
    const scratch = await mkdtemp(join(dirname(target), '.towline-restore-'));
    try {
      await extract(source, header, filesAt, scratch);
      if (!equalBytes((await loadIdentity(scratch)).nodeId, header.nodeId))
        throw backupDamaged('its key is of another node');
      await refuseExisting(target);
      await rmdir(target).catch(ignoreMissing);
      await rename(scratch, target);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
    return header;
  } catch (error) {
    throw systemCodeOf(error) === undefined ? error : homeNotWritable(target, error);
  } finally {
    await source.close();
  }
}

/** Reads all of it once: what is damaged anywhere is not restored in part. */
async function verified(source: FileHandle): Promise<{ header: BackupHeader; filesAt: number }> {
  const { size } = await source.stat();
  const start = MAGIC.length + LENGTH_BYTES;
  if (size < start + DIGEST_BYTES) throw backupDamaged('it is too short');
  const head = await readAt(source, 0, start);
  if (!head.subarray(0, MAGIC.length).equals(MAGIC))
    throw backupDamaged(`it does not begin with ${MAGIC.toString().trim()}`);
  const headerBytes = head.readUInt32BE(MAGIC.length);
  if (headerBytes > MAX_HEADER_BYTES || start + headerBytes + DIGEST_BYTES > size) throw backupDamaged('it is cut off');
  const end = size - DIGEST_BYTES;
  const digest = createHash('sha256');
  for (let at = 0; at < end; at += CHUNK_BYTES)
    digest.update(await readAt(source, at, Math.min(CHUNK_BYTES, end - at)));
  if (!digest.digest().equals(await readAt(source, end, DIGEST_BYTES))) throw backupDamaged('its checksum is wrong');
  const header = readHeader(await readAt(source, start, headerBytes));
  const filesAt = start + headerBytes;
  const total = header.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n);
  if (BigInt(filesAt) + total !== BigInt(end)) throw backupDamaged('its files do not fill it');
  return { header, filesAt };
}

async function extract(source: FileHandle, header: BackupHeader, filesAt: number, folder: string): Promise<void> {
  let at = filesAt;
  for (const { path, sizeBytes } of header.files) {
    const target = join(folder, ...path.split('/'));
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const file = await open(target, 'wx', 0o600);
    try {
      for (const end = at + Number(sizeBytes); at < end; ) {
        const chunk = await readAt(source, at, Math.min(CHUNK_BYTES, end - at));
        await file.writeFile(chunk);
        at += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  for (let got = 0; got < length; ) {
    const { bytesRead } = await file.read(buffer, got, length - got, at + got);
    if (bytesRead === 0) throw backupDamaged('it is cut off');
    got += bytesRead;
  }
  return buffer;
}

/** An empty folder is no home. */
async function refuseExisting(home: string): Promise<void> {
  const names = await readdir(home).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw homeNotWritable(home, error);
  });
  if (names.length === 0) return;
  throw new LocalError('HOME_EXISTS', `${home} is not empty; it is not overwritten`, {
    help: `choose another home with --home, or move this one away: mv '${home}' '${home}.old'`,
    metadata: { home },
  });
}

function homeNotWritable(home: string, cause: unknown): LocalError {
  return new LocalError('HOME_NOT_WRITABLE', `cannot make ${home}: ${messageOf(cause)}`, {
    help: 'choose a home that you may write, with --home',
    metadata: { home },
    cause,
  });
}

function ignoreMissing(error: unknown): void {
  if (systemCodeOf(error) !== 'ENOENT') throw error;
}
