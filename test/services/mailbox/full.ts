// What mail does on a disk that is full, and when there is room again. Runs as a process: full.ts <file>.
import { execFileSync } from 'node:child_process';
import { MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import { Deliveries } from '../../../src/services/mailbox/delivery.ts';
import { Inboxes } from '../../../src/services/mailbox/inbox.ts';
import { outboxLog } from '../../../src/services/mailbox/keys.ts';
import { Outbox } from '../../../src/services/mailbox/outbox.ts';
import { Sending } from '../../../src/services/mailbox/send.ts';
import { openSqliteStore } from '../../../src/store/sqlite/store.ts';

export interface FullMailReport {
  readonly accepted: number;
  readonly reason: string;
  /** States of the refused mail while the disk is full, and what another one to the inbox here was refused with. */
  readonly rowsOfRefused: number;
  readonly refusedHere: string;
  /** After room was made and the refused one was sent twice with its id, and after a restart. */
  readonly inInbox: number;
  readonly unread: number;
  readonly inOutbox: number;
  readonly rowsAfterwards: number;
}

const own = new Uint8Array(32).fill(1);
const peer = new Uint8Array(32).fill(2);
const [path = ''] = process.argv.slice(2);

async function open() {
  const store = openSqliteStore(path);
  const inboxes = await Inboxes.open({ store, isAgent: () => false });
  const deliveries = new Deliveries(store);
  const outbox = new Outbox(store);
  const sending = new Sending({ store, inboxes, outbox, deliveries, ownId: () => own, wake: () => undefined });
  /** Each mail is for an inbox here and for another node. */
  const send = (requestId: Uint8Array, isHereOnly = false) => {
    const here = { node: { nodeId: own, alias: 'self', groups: [] }, agent: '' };
    const away = { node: { nodeId: peer, alias: 'peer', groups: [] }, agent: '' };
    const receivers = isHereOnly ? [here] : [here, away];
    const words = { from: 'owner', target: '*', text: 'x'.repeat(5_000), priority: MailPriority.NEXT };
    return sending.send({ ...words, receivers, requestId, replyTo: new Uint8Array() });
  };
  return { store, inboxes, deliveries, send };
}

const idOf = (n: number) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex');
const first = await open();
let accepted = 0;
let reason = '';
while (reason === '') {
  await first.send(idOf(accepted)).then(
    () => accepted++,
    (error) => {
      reason = error.reason;
    },
  );
}
const refused = idOf(accepted);
const rowsOfRefused = (await first.deliveries.of(refused)).length;
const refusedHere = await first.send(idOf(1_000_000), true).then(
  () => 'accepted',
  (error) => error.reason,
);
execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=unlimited']);
await first.send(refused);
await first.send(refused);
await first.store.close();

const again = await open();
const [inbox, outbox] = await Promise.all(
  ['inbox/', outboxLog(Buffer.from(peer).toString('hex'))].map((log) => again.store.log(log).extent()),
);
const report: FullMailReport = {
  accepted,
  reason,
  rowsOfRefused,
  refusedHere,
  inInbox: inbox?.count ?? 0,
  unread: (await again.inboxes.unread('')).length,
  inOutbox: outbox?.count ?? 0,
  rowsAfterwards: (await again.deliveries.of(refused)).length,
};
await again.store.close();
console.log(JSON.stringify(report));
