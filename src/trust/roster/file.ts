/** `<home>/trust/<group>.roster`: a RosterRecord. What cannot be read, or what others can write, gives no trust. */
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { RosterRecordSchema } from '../../../gen/towline/v1/roster_pb.ts';
import { fromHex } from '../../base/bytes.ts';
import { LocalError, messageOf, systemCodeOf } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';
import { isName } from '../names.ts';
import { nodeIdKey } from '../node-id.ts';
import { type HeldGroup, withRevocations } from './held.ts';
import { MAX_ROSTER_BYTES } from './limits.ts';
import { rosterInvalid } from './problems.ts';
import { verifyRoster } from './roster.ts';

const EXTENSION = '.roster';

/** A roster, as many revocations again, and names. */
const MAX_FILE_BYTES = 4 * MAX_ROSTER_BYTES;

/** A group whose file gives no trust. */
export interface BrokenGroup {
  readonly name: string;
  readonly error: LocalError;
}

export async function readRosters(folder: string): Promise<{ groups: HeldGroup[]; broken: BrokenGroup[] }> {
  const groups: HeldGroup[] = [];
  const broken: BrokenGroup[] = [];
  for (const name of await groupsIn(folder)) {
    try {
      groups.push(await readRoster(folder, name));
    } catch (error) {
      broken.push({ name, error: unusable(pathOf(folder, name), name, error) });
    }
  }
  return { groups, broken };
}

/** On the disk when it resolves. */
export async function writeRoster(folder: string, held: HeldGroup): Promise<void> {
  const record = create(RosterRecordSchema, {
    roster: held.roster.signed,
    revocations: [...held.revocations.values()],
    aliases: [...held.aliases].map(([key, alias]) => ({ nodeId: fromHex(key), alias })),
    forks: [...held.forks],
    joinTime: timestampFromMs(held.joinMs),
  });
  await writeFileAtomic(pathOf(folder, held.name), toBinary(RosterRecordSchema, record), { mode: 0o600 });
}

export async function removeRoster(folder: string, name: string): Promise<void> {
  await rm(pathOf(folder, name), { force: true });
}

async function readRoster(folder: string, name: string): Promise<HeldGroup> {
  const record = fromBinary(RosterRecordSchema, await readOwn(pathOf(folder, name)));
  if (!record.roster) throw rosterInvalid('the file has none');
  const roster = verifyRoster(record.roster);
  return {
    name,
    roster,
    revocations: withRevocations(withRevocations(new Map(), roster.body.revocations), record.revocations),
    aliases: new Map(record.aliases.map(({ nodeId, alias }) => [nodeIdKey(nodeId), alias])),
    forks: record.forks,
    joinMs: record.joinTime ? timestampMs(record.joinTime) : 0,
  };
}

async function readOwn(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { mode, size } = await file.stat();
    if (process.platform !== 'win32' && (mode & 0o022) !== 0) throw tooOpen(path);
    if (size > MAX_FILE_BYTES) throw rosterInvalid(`${size} bytes are too many`);
    return new Uint8Array(await file.readFile());
  } finally {
    await file.close();
  }
}

async function groupsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => name.slice(0, -EXTENSION.length))
    .filter(isName)
    .sort();
}

export function pathOf(folder: string, name: string): string {
  return join(folder, name + EXTENSION);
}

function tooOpen(path: string): LocalError {
  return new LocalError('KEYRING_TOO_OPEN', 'others can write this file, so nobody in it is trusted', {
    help: `chmod 600 '${path}', then restart the node`,
    metadata: { path },
  });
}

function unusable(path: string, name: string, cause: unknown): LocalError {
  if (cause instanceof LocalError && cause.reason === 'KEYRING_TOO_OPEN') return cause;
  return new LocalError('ROSTER_INVALID', `${path} cannot be used, so nobody in it is trusted: ${messageOf(cause)}`, {
    help: `copy the file back from a backup and restart; or: towline group leave ${name}, and join again with a new invite`,
    metadata: { path },
    cause,
  });
}
