// An agent that sends, until it is killed: sender.ts <Orders as JSON>. Says `start n`, and then how n ended.
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { LocalError } from '../../../src/base/errors.ts';
import { clientOf, idOf, ordersOf, type Place, say } from './lines.ts';

export interface SenderOrders extends Place {
  readonly name: string;
  /** "#channel", or whom the mail is for. */
  readonly target: string;
  readonly next: number;
  readonly end: number;
  /** Between a message and the next of one of its 32 hands. */
  readonly paceMs: number;
  /** What earlier lives sent without hearing how it ended: sent again, with the same ids. */
  readonly again: readonly number[];
}

const IN_FLIGHT = 32;
const PAUSE_MS = 100;
const CALL_MS = 15_000;
/** Each one of so many is sent again with other words, which must be refused. */
const FORGED = 97;

const orders = ordersOf<SenderOrders>();
const { name, target, end, paceMs } = orders;
const isChannel = target.startsWith('#');
const channels = clientOf(ChannelService, orders);
const mail = clientOf(MailboxService, orders);

async function send(id: string, text: string): Promise<void> {
  const options = { timeoutMs: CALL_MS };
  const requestId = idOf(id);
  if (isChannel) await channels.sendToChannel({ channel: target.slice(1), text, requestId }, options);
  else await mail.sendMail({ target, text, requestId }, options);
}

/** How a send ended: by a word of the service, or nobody knows. */
async function outcomeOf(id: string, text: string): Promise<string> {
  try {
    await send(id, text);
    return 'ok';
  } catch (error) {
    const { code, details, cause } = ConnectError.from(error);
    if (cause instanceof LocalError) return `unknown ${cause.reason}`;
    const isClear = details.length > 0 && code !== Code.Unavailable && code !== Code.DeadlineExceeded;
    return `${isClear ? 'refused' : 'unknown'} ${Code[code]}`;
  }
}

/** Even numbers are never sent twice: theirs is the case "at most once". */
async function sendOne(n: number): Promise<void> {
  const text = `${name}:${n}`;
  for (;;) {
    const outcome = await outcomeOf(text, text);
    if (!outcome.startsWith('ok')) await sleep(PAUSE_MS);
    const isSentAgain = outcome.startsWith('unknown') && n % 2 === 1;
    if (isSentAgain) continue;
    say(...outcome.split(' ').toSpliced(1, 0, String(n)));
    if (outcome === 'ok' && n % FORGED === 0) say('forged', n, await outcomeOf(text, `forged:${text}`));
    return;
  }
}

let next = orders.next;
const again = [...orders.again];

async function work(): Promise<void> {
  for (;;) {
    const old = again.shift();
    const n = old ?? next++;
    if (n >= end) return;
    if (old === undefined) say('start', n);
    await sendOne(n);
    await sleep(Math.random() * 2 * paceMs);
  }
}

say('ready');
await Promise.all(Array.from({ length: IN_FLIGHT }, work));
say('done');
