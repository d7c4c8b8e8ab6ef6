// What a store does on a disk that is full, and when there is room again. Runs as a process: full.ts <file> <room>.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

export interface FullReport {
  readonly accepted: number;
  readonly reason: string;
  readonly help: string;
  /** Entries that could be read while the disk was full. */
  readonly readable: number;
  readonly refusedAgain: string;
  /** What was given when there was room again, and what a restart finds. */
  readonly nextCursor: number;
  readonly last: number;
  readonly rows: number;
}

/** Appends an entry and a row at a time, until the disk is full. */
async function fill(path: string, makeRoom: () => void): Promise<FullReport> {
  const store = openSqliteStore(path);
  const log = store.log('words');
  let accepted = 0;
  let failure: { reason: string; help: string } | undefined;
  while (!failure) {
    const pairs = Array.from({ length: 20 }, (_, n) =>
      store.write([
        { op: 'append', log: 'words', value: Buffer.alloc(1000, n) },
        { op: 'put', table: 'words', key: String(accepted + n), value: new Uint8Array(10) },
      ]),
    );
    for (const result of await Promise.allSettled(pairs)) {
      if (result.status === 'fulfilled') accepted++;
      else failure = result.reason;
    }
  }
  const readable = (await log.read({ limit: 100_000, maxBytes: 1e9 })).length;
  const large = store.table('large').put('k', Buffer.alloc(1_000_000));
  const refusedAgain = await large.then(String, (error) => error.reason);
  makeRoom();
  const nextCursor = await log.append(Buffer.from('room'));
  await store.close();
  const again = openSqliteStore(path);
  const rows = (await again.table('words').list({ limit: 100_000 })).length;
  const { last } = await again.log('words').extent();
  await again.close();
  return {
    accepted,
    ...{ reason: failure.reason, help: failure.help },
    readable,
    refusedAgain,
    nextCursor,
    last,
    rows,
  };
}

const [path = '', room = ''] = process.argv.slice(2);
/** Either a file to remove, or a limit to lift. */
const makeRoom = () =>
  room === 'limit'
    ? void execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited'])
    : rmSync(room, { force: true });
console.log(JSON.stringify(await fill(path, makeRoom)));
