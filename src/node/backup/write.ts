/** Writes a backup of a home, also while its node runs. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { type BackupHeader, BackupHeaderSchema } from '../../../gen/towline/v1/backup_pb.ts';
import { LocalError, messageOf, systemCodeOf } from '../../base/errors.ts';
import { copyStore } from '../../store/sqlite/copy.ts';
import { loadIdentity } from '../../trust/identity.ts';
import { homePaths } from '../home.ts';
import { version } from '../version.ts';
import { headBytes, isBackupPath, MAX_FILES } from './format.ts';

/** Made anew by each node, or worth nothing elsewhere. A copy of the audit log is an export. */
const LEFT_OUT = /^(log(\/|$)|audit(\/|$)|lock\.db|calls\.db|store\.db[-.]|node\.json$|identity\.crt$)/;

interface Source {
  /** In the home. */
  readonly path: string;
  /** Where its bytes are read. */
  readonly from: string;
  readonly sizeBytes: number;
}

/** Writes `file`, mode 0600, whole or not at all. Throws `BACKUP_EXISTS`, `NOT_WRITABLE`, or what is wrong with the home. */
export async function writeBackup(home: string, file: string): Promise<BackupHeader> {
  const paths = homePaths(home);
  const { nodeId } = await loadIdentity(paths.home);
  const target = resolve(file);
  await refuseExisting(target);
  const scratch = await mkdtemp(join(dirname(target), '.towline-backup-')).catch((error: unknown) => {
    throw notWritable(target, error);
  });
  try {
    const sources = await sourcesOf(paths.home, paths.store, join(scratch, 'store.db'));
    const header = create(BackupHeaderSchema, {
      nodeId,
      createTime: timestampNow(),
      software: `towline/${version}`,
      files: sources.map(({ path, sizeBytes }) => ({ path, sizeBytes: BigInt(sizeBytes) })),
    });
    const whole = join(scratch, basename(target));
    await writeWhole(whole, header, sources);
    await refuseExisting(target);
    await rename(whole, target);
    return header;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Everything in the home but what is left out; the store as a copy that nobody writes to. */
async function sourcesOf(home: string, store: string, storeCopy: string): Promise<Source[]> {
  const sources: Source[] = [];
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    const path = from.slice(home.length + 1).replaceAll('\\', '/');
    if (!entry.isFile() || LEFT_OUT.test(path) || !isBackupPath(path)) continue;
    if (from === store) {
      copyStore(store, storeCopy);
      sources.push({ path, from: storeCopy, sizeBytes: (await stat(storeCopy)).size });
    } else {
      sources.push({ path, from, sizeBytes: (await stat(from)).size });
    }
  }
  if (sources.length > MAX_FILES) throw new LocalError('BACKUP_TOO_LARGE', `${home} has more than ${MAX_FILES} files`);
  return sources.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function writeWhole(path: string, header: BackupHeader, sources: readonly Source[]): Promise<void> {
  const digest = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    const put = async (data: Uint8Array) => {
      digest.update(data);
      await writeAll(file, data);
    };
    await put(headBytes(header));
    for (const source of sources) await putFile(source, put);
    await writeAll(file, digest.digest());
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A file that grows or shrinks meanwhile would shift all that follow. */
async function putFile({ path, from, sizeBytes }: Source, put: (data: Uint8Array) => Promise<void>): Promise<void> {
  let leftBytes = sizeBytes;
  if (sizeBytes > 0) {
    for await (const chunk of createReadStream(from, { end: sizeBytes - 1 })) {
      leftBytes -= (chunk as Buffer).length;
      await put(chunk as Buffer);
    }
  }
  if (leftBytes === 0) return;
  throw new LocalError('BACKUP_CHANGED', `${path} changed while it was read`, { help: 'make the backup again' });
}

async function writeAll(file: FileHandle, data: Uint8Array): Promise<void> {
  for (let at = 0; at < data.length; ) at += (await file.write(data, at)).bytesWritten;
}

async function refuseExisting(target: string): Promise<void> {
  const found = await stat(target).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw notWritable(target, error);
  });
  if (!found) return;
  throw new LocalError('BACKUP_EXISTS', `${target} exists already; it is not overwritten`, {
    help: 'choose another name',
  });
}

function notWritable(target: string, cause: unknown): LocalError {
  return new LocalError('NOT_WRITABLE', `cannot write ${target}: ${messageOf(cause)}`, {
    help: 'choose a folder that exists and that you may write',
    cause,
  });
}
