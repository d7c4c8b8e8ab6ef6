/** Nodes that use a hub, many in one process, each with a link of its own. `node peer.ts HOME PEER_HOME`. */
import type { Client, createClient } from '@connectrpc/connect';
import { ChannelService } from '../../gen/towline/v1/channel_service_pb.ts';
import { createClient as directClient } from '../../src/rpc/client.ts';
import { createLinkTransport } from '../../src/rpc/link-transport.ts';
import { serveQuestions } from '../lib/worker.ts';
import { loadParty } from '../link/contender.ts';
import { openLink } from '../link/contenders/link.ts';
import { callRate } from '../link/load.ts';

/** Links that are opened at a time. */
const AT_ONCE = 16;
const CHANNEL = 'bench';

const [home = '', peerHome = ''] = process.argv.slice(2);
const clients: Client<typeof ChannelService>[] = [];

function first(): Client<typeof ChannelService> {
  const [client] = clients;
  if (!client) throw new Error('no hub was dialed');
  return client;
}

async function dial({ address, count }: { address: string; count: number }): Promise<void> {
  const party = await loadParty(home, peerHome);
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - clients.length) }, () => openLink(address, party));
    for (const link of await Promise.all(some)) {
      clients.push(directClient(ChannelService, createLinkTransport(link)) satisfies ReturnType<typeof createClient>);
    }
  }
}

/** Sends `count` messages, so many at a time. Resolves to when the first was sent, as `now` tells. */
async function sendAll({ count, inFlight, bytes }: { count: number; inFlight: number; bytes: number }) {
  const text = 'x'.repeat(bytes);
  const startedMs = now();
  let sent = 0;
  const sender = async () => {
    while (sent++ < count) await first().sendToChannel({ channel: CHANNEL, text });
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  return startedMs;
}

/** What each subscriber still waits for. */
const reading: Promise<void>[] = [];

/** Lets every link subscribe from the end on, and read `count` messages. Resolves when all subscriptions stand. */
async function subscribe({ count }: { count: number }): Promise<void> {
  // All join before the first listens, or each would be told of all who come after it.
  await Promise.all(clients.map((client) => client.joinChannel({ channel: CHANNEL })));
  const standing: Promise<void>[] = [];
  for (const client of clients) {
    const stands = Promise.withResolvers<void>();
    standing.push(stands.promise);
    reading.push(read(client, count, stands.resolve));
  }
  await Promise.all(standing);
}

async function read(client: Client<typeof ChannelService>, count: number, stands: () => void): Promise<void> {
  let found = 0;
  const start = { case: 'newestCount', value: 0 } as const;
  for await (const { event } of client.subscribeChannel({ channel: CHANNEL, start })) {
    if (event.case === 'opened') stands();
    if (event.case !== 'messages') continue;
    for (const { text } of event.value.messages) if (text.startsWith('x')) found++;
    if (found >= count) return;
  }
}

/** Milliseconds on a clock that all processes of the machine share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

serveQuestions({
  dial,
  found: async () => void (await first().createChannel({ name: CHANNEL, groups: ['home'] })),
  join: async () => void (await first().joinChannel({ channel: CHANNEL })),
  /** Sends per second, each answered when it is on the disk. */
  sendRate: ({ bytes, inFlight, ms }: { bytes: number; inFlight: number; ms: number }) => {
    const text = 'x'.repeat(bytes);
    return callRate(async () => void (await first().sendToChannel({ channel: CHANNEL, text })), inFlight, ms);
  },
  sendAll,
  /** Every link reads the newest `count` messages. */
  readPages: async ({ count }: { count: number }) => {
    await Promise.all(clients.map((client) => client.readChannel({ channel: CHANNEL, pageSize: count })));
  },
  subscribe,
  /** Resolves to when all subscribers had all that they were to read. */
  readAll: async () => {
    await Promise.all(reading.splice(0));
    return now();
  },
});
