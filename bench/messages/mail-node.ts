/** A whole node in a process of its own, that sends mail and gets it: `node mail-node.ts HOME NAME`. */
import { create } from '@bufbuild/protobuf';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { MailboxService, ReceiveMailRequestSchema } from '../../gen/towline/v1/mailbox_service_pb.ts';
import { startNode } from '../../src/node/start.ts';
import { createClient } from '../../src/rpc/client.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { serveQuestions } from '../lib/worker.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };
const [home = '', name = ''] = process.argv.slice(2);
const running = await startNode({ home, name, listen: { host: '127.0.0.1', port: 0 } });
const { transport } = running.clients(owner);
const admin = createClient(AdminService, transport);
const mail = createClient(MailboxService, transport);

export interface Arrival {
  /** From the call to send to the receiver's hearing of it, each mail. */
  readonly tookMs: readonly number[];
  readonly endedMs: number;
}

/** The mail that is waited for. */
let arrival: Promise<Arrival> | undefined;
/** How many of them have come. */
let cameCount = 0;
let onMail = (): void => undefined;

/** Waits for `count` mails from now on; each begins with the time when it was sent. */
async function receive(count: number, stands: () => void): Promise<Arrival> {
  const tookMs: number[] = [];
  const request = create(ReceiveMailRequestSchema, { after: await end() });
  for await (const { event } of mail.receiveMail(request)) {
    if (event.case === 'synced') stands();
    if (event.case !== 'mail') continue;
    tookMs.push(now() - Number.parseFloat(event.value.text));
    cameCount = tookMs.length;
    onMail();
    if (tookMs.length === count) break;
  }
  return { tookMs, endedMs: now() };
}

/** The place behind all mail that is there: none of it is read again. */
async function end() {
  const { mails } = await mail.listMail({ pageSize: 1 });
  return { own: 0n, node: mails[0]?.cursor ?? 0n };
}

/** Sends to the node "receiver". Resolves to when the first was sent. */
async function send({ count, inFlight, bytes }: { count: number; inFlight: number; bytes: number }): Promise<number> {
  const startedMs = now();
  let sent = 0;
  const sender = async () => {
    while (sent++ < count) await mail.sendMail({ target: 'receiver', text: String(now()).padEnd(bytes, ' ') });
  };
  await Promise.all(Array.from({ length: inFlight }, sender));
  return startedMs;
}

/** Milliseconds on a clock that all processes of the machine share. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

serveQuestions({
  invite: async () => (await admin.createInvite({ group: 'home' })).invite,
  join: async (invite: string) => void (await admin.join({ invite })),
  /** Resolves when mail is listened for; `arrival` then tells of it. */
  expect: async ({ count }: { count: number }) => {
    const stands = Promise.withResolvers<void>();
    cameCount = 0;
    arrival = receive(count, stands.resolve);
    await Promise.race([stands.promise, arrival]);
  },
  arrival: () => arrival,
  /** Resolves when so many mails have come of those that are waited for. */
  arrived: async ({ count }: { count: number }) => {
    while (cameCount < count) {
      await new Promise<void>((resolve) => {
        onMail = resolve;
      });
    }
  },
  send,
});
