/** `towline send --wait`: until all receivers have a mail, or it is certain that they will not. */
import type { Client } from '@connectrpc/connect';
import { type Delivery, DeliveryState } from '../../gen/towline/v1/mailbox_pb.ts';
import type { MailboxService, SendMailResponse } from '../../gen/towline/v1/mailbox_service_pb.ts';
import { toHex } from '../base/bytes.ts';
import { exitCode } from './exit-codes.ts';
import { listenForInterrupt } from './interrupt.ts';
import type { Io } from './io.ts';

const { DELIVERED, READ, EXPIRED, REFUSED } = DeliveryState;

/** Sets the exit code if a receiver refuses it or it expires. Throws INTERRUPTED on Ctrl-C: the mail goes on. */
export async function waitForDelivery(
  io: Io,
  mailbox: Pick<Client<typeof MailboxService>, 'watchDelivery'>,
  { messageId, deliveries }: SendMailResponse,
  wanted: 'delivered' | 'read',
): Promise<Delivery[]> {
  const good = wanted === 'read' ? [READ] : [DELIVERED, READ];
  const latest = new Map(deliveries.map((delivery) => [keyOf(delivery), delivery]));
  const isOver = ({ state }: Delivery) => good.some((one) => one === state) || state === EXPIRED || state === REFUSED;
  using interrupt = listenForInterrupt();
  const ending = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, ending.signal]);
  try {
    for await (const { delivery } of mailbox.watchDelivery({ messageId }, { signal })) {
      if (delivery) latest.set(keyOf(delivery), delivery);
      if ([...latest.values()].every(isOver)) break;
    }
  } catch (error) {
    interrupt.signal.throwIfAborted();
    throw error;
  } finally {
    ending.abort();
  }
  const all = [...latest.values()];
  if (all.some(({ state }) => state === REFUSED)) io.exitCode = exitCode('refused');
  else if (all.some(({ state }) => state === EXPIRED)) io.exitCode = exitCode('unavailable');
  return all;
}

function keyOf({ receiver }: Delivery): string {
  return toHex(receiver?.nodeId ?? new Uint8Array(0));
}
