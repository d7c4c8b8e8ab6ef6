/** SLIM: one sender and its group, in two processes, through a SLIM node, without TLS. `node slim-group.ts ADDRESS`. */

import { serveQuestions } from '../lib/worker.ts';
import { loadSlim, nameOf, RELIABLE, SECRET, type SlimApp, type SlimSession } from '../link/slim.ts';

const [address = ''] = process.argv.slice(2);
const slim = await loadSlim();
const service = slim.getGlobalService();
const reader = (at: number) => `reader-${at}`;

let session: SlimSession | undefined;
let reading: Promise<void>[] = [];

/** All apps of a process share one connection: the bindings have no second one to the same node. */
async function enter(names: readonly string[]): Promise<{ apps: SlimApp[]; connection: bigint }> {
  const connection = await service.connectAsync(slim.newInsecureClientConfig(`http://${address}`));
  const apps: SlimApp[] = [];
  for (const text of names) {
    const name = nameOf(slim, text);
    const app = service.createAppWithSecret(name, SECRET);
    await app.subscribeAsync(name, connection);
    apps.push(app);
  }
  return { apps, connection };
}

async function read(app: SlimApp, count: number): Promise<void> {
  const joined = await app.listenForSessionAsync(undefined);
  for (let found = 0; found < count; found++) await joined.getMessageAsync(undefined);
}

/** Milliseconds on a clock that all processes of the machine share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

serveQuestions({
  /** So many apps, each of which will read so many messages. */
  listen: async ({ readers, count }: { readers: number; count: number }) => {
    const { apps } = await enter(Array.from({ length: readers }, (_, at) => reader(at)));
    reading = apps.map((app) => read(app, count));
  },
  /** Makes a group of them all. */
  gather: async ({ readers }: { readers: number }) => {
    const { apps, connection } = await enter(['sender']);
    const [app] = apps as [SlimApp];
    session = await app.createSessionAndWaitAsync(
      { ...RELIABLE, sessionType: slim.SessionType.Group },
      nameOf(slim, 'group'),
    );
    for (let at = 0; at < readers; at++) {
      const name = nameOf(slim, reader(at));
      await app.setRouteAsync(name, connection);
      await session.inviteAndWaitAsync(name);
    }
  },
  /** Resolves to when the first was sent, once all are acknowledged. */
  send: async ({ count, inFlight, bytes }: { count: number; inFlight: number; bytes: number }) => {
    const payload = new ArrayBuffer(bytes);
    const startedMs = now();
    let sent = 0;
    const sender = async () => {
      while (sent++ < count) await session?.publishAndWaitAsync(payload, undefined, undefined);
    };
    await Promise.all(Array.from({ length: inFlight }, sender));
    return startedMs;
  },
  readAll: async () => {
    await Promise.all(reading);
    return now();
  },
});
