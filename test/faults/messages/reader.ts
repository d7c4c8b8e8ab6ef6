// An agent that reads a channel and its mail, until it is killed: reader.ts <Orders as JSON>. Goes on where the last life
// ended, by what the driver tells it. Says `message cursor id text` and `mail cursor text`.
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { clientOf, ordersOf, type Place, say } from './lines.ts';

export interface ReaderOrders extends Place {
  readonly channel: string;
  readonly channelId: string;
  /** The last message seen: its cursor and its id in hex. */
  readonly cursor: number;
  readonly messageId: string;
  /** The last mail seen. */
  readonly mailCursor: number;
}

const PAUSE_MS = 100;
const orders = ordersOf<ReaderOrders>();

async function readChannel(): Promise<never> {
  const channels = clientOf(ChannelService, orders);
  const channelId = Buffer.from(orders.channelId, 'hex');
  let last: { cursor: bigint; messageId: Uint8Array } = {
    cursor: BigInt(orders.cursor),
    messageId: Buffer.from(orders.messageId, 'hex'),
  };
  return keepOn(async () => {
    const { messageId } = last;
    const value = { cursor: last.cursor, channelId, ...(messageId.length > 0 && { messageId }) };
    const events = channels.subscribeChannel({ channel: orders.channel, start: { case: 'after', value } });
    for await (const { event } of events) {
      if (event.case === 'missing') say('fatal', 'MISSING');
      for (const message of event.case === 'messages' ? event.value.messages : []) {
        last = message;
        say('message', message.cursor, Buffer.from(message.messageId).toString('hex'), message.text);
      }
    }
  });
}

async function readMail(): Promise<never> {
  const mail = clientOf(MailboxService, orders);
  let own = BigInt(orders.mailCursor);
  return keepOn(async () => {
    for await (const { event } of mail.receiveMail({ after: { own, node: 0n } })) {
      if (event.case !== 'mail') continue;
      own = event.value.cursor;
      say('mail', own, event.value.text);
    }
  });
}

/** Reads again and again, whatever ends it but what must never end it. */
async function keepOn(read: () => Promise<void>): Promise<never> {
  for (;;) {
    await read().catch((error: unknown) => {
      const { code } = ConnectError.from(error);
      const reason = reasonOf(error) ?? '';
      const isWrong = code === Code.OutOfRange || code === Code.Aborted || code === Code.FailedPrecondition;
      if (isWrong && reason !== '') say('fatal', reason);
    });
    await sleep(PAUSE_MS);
  }
}

say('ready');
await Promise.all([readChannel(), readMail()]);
