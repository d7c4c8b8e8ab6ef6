/** All of a node's mail, put together: two services, and what runs behind them. */
import type { ServiceImpl } from '@connectrpc/connect';
import type { MailTransferService } from '../../../gen/towline/v1/mail_transfer_service_pb.ts';
import type { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { equalBytes, fromHex, toHex } from '../../base/bytes.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Principal } from '../../rpc/principal.ts';
import type { Store } from '../../store/store.ts';
import type { Quota } from '../quota.ts';
import { Courier, type Ways } from './courier.ts';
import { Deliveries } from './delivery.ts';
import type { MailSeal } from './envelope.ts';
import { Inboxes, type NewMail } from './inbox.ts';
import { Keeper } from './keeper.ts';
import { SWEEP_MS } from './limits.ts';
import { Outbox } from './outbox.ts';
import { ReadMarks } from './read-marks.ts';
import type { ReaderParts } from './reader.ts';
import { Sending } from './send.ts';
import { createMailboxService, type ServiceParts } from './service.ts';
import { Taker } from './taker.ts';
import type { AddressBookView } from './target.ts';
import { createMailTransferService, type TransferParts } from './transfer.ts';

export interface MailboxParts {
  readonly store: Store;
  readonly seal: MailSeal;
  readonly ways: Ways;
  readonly book: AddressBookView;
  readonly aliasOf: (nodeId: Uint8Array) => string;
  /** The keys of this node, those that it gave up included. */
  readonly ownIds: () => readonly Uint8Array[];
  /** The key that a node has now, if the one that it shows is trusted. */
  readonly trusted: (nodeId: Uint8Array) => Uint8Array | undefined;
  /** The keys that a node had before and that still count. */
  readonly formerIds: (nodeId: Uint8Array) => readonly Uint8Array[];
  readonly neighbour: TransferParts['neighbour'];
  readonly isAgent: (agent: string) => boolean;
  readonly quota: Quota;
  /** A peer as a caller, if it is trusted. */
  readonly peerOf: (nodeId: Uint8Array) => Principal | undefined;
  readonly availabilityOf: ReaderParts['availabilityOf'];
  readonly statusChanges?: ReaderParts['statusChanges'];
  readonly sendToChannel: ServiceParts['sendToChannel'];
  readonly log: Log;
}

export interface Mailbox {
  readonly service: ServiceImpl<typeof MailboxService>;
  readonly transfer: ServiceImpl<typeof MailTransferService>;
  /** A node has a link, or is trusted again: what waits for it goes on its way. */
  linked(nodeId: Uint8Array): void;
  /** Ends what runs. What is in the outbox stays there. */
  close(): void;
}

export async function openMailbox(parts: MailboxParts): Promise<Mailbox> {
  const { store, seal, ways, log } = parts;
  const { ownId } = ways;
  const { ownIds, trusted } = parts;
  const isOwn = (nodeId: Uint8Array) => ownIds().some((id) => equalBytes(id, nodeId));
  const quotaOf = ({ sender, senderId }: NewMail) => {
    const principal = sender ?? parts.peerOf(senderId);
    return principal && parts.quota(principal, 'stored_bytes');
  };
  const inboxes = await Inboxes.open({ store, isAgent: parts.isAgent, quotaOf, isOwn });
  const deliveries = new Deliveries(store);
  const outbox = new Outbox(store);
  const couriers = new Map<string, Courier>();
  const courierOf = (node: string): Courier => {
    const courier = couriers.get(node) ?? new Courier(node, { store, outbox, deliveries, seal, ways, log });
    couriers.set(node, courier);
    return courier;
  };
  const wake = (node: string) => courierOf(node).wake();
  const keeper = new Keeper({ store, currentId: trusted, isLinked: ways.isLinked, to: ways.to, log });
  const taker = new Taker({ seal, inboxes, deliveries, currentId: trusted, formerIds: parts.formerIds, wake, log });
  const service = createMailboxService({
    inboxes,
    deliveries,
    sending: new Sending({ store, inboxes, outbox, deliveries, ownId, quota: parts.quota, wake }),
    marks: new ReadMarks({ inboxes, deliveries, ownIds, wake }),
    reader: { inboxes, isOwn, availabilityOf: parts.availabilityOf, statusChanges: parts.statusChanges },
    book: parts.book,
    view: {
      ownId,
      aliasOf: parts.aliasOf,
      lastErrorOf: (nodeId) => couriers.get(toHex(nodeId))?.lastError ?? '',
    },
    sendToChannel: parts.sendToChannel,
  });

  const sweep = async () => {
    const nowMs = Date.now();
    await inboxes.sweep(nowMs);
    await deliveries.sweep(nowMs);
    await keeper.sweep(nowMs);
  };
  const timer = setInterval(() => {
    sweep().catch((error: unknown) => log.warn('old mail was not forgotten', { error: messageOf(error) }));
  }, SWEEP_MS).unref();
  for (const node of await outbox.nodes()) wake(node);

  return {
    service,
    transfer: createMailTransferService({ taker, keeper, neighbour: parts.neighbour, quota: parts.quota }),
    linked(nodeId) {
      const hub = couriers.size > 0 ? ways.hub() : undefined;
      const isHub = hub !== undefined && equalBytes(hub.nodeId, nodeId);
      for (const [node, courier] of couriers) if (isHub || isOf(node, nodeId, ways)) courier.hurry();
      // What is sealed for a key that the node gave up, it opens too.
      for (const id of [nodeId, ...parts.formerIds(nodeId)]) keeper.handOver(id);
    },
    close() {
      clearInterval(timer);
      for (const courier of couriers.values()) courier.close();
      keeper.close();
      inboxes.changes.close();
      deliveries.changes.close();
    },
  };
}

/** Whether letters in the outbox of a node, in hex, go to the node with this key. */
function isOf(node: string, nodeId: Uint8Array, { currentId }: Ways): boolean {
  if (node === toHex(nodeId)) return true;
  const current = currentId(fromHex(node));
  return current !== undefined && toHex(current) === toHex(nodeId);
}
