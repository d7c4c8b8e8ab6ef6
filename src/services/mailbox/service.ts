/** MailboxService: mail in the name of an agent of this node. */
import { create } from '@bufbuild/protobuf';
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect';
import type { SentRecord } from '../../../gen/towline/v1/mail_record_pb.ts';
import { DeliveryState, MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import {
  InboxPlaceSchema,
  ListMailResponseSchema,
  type MailboxService,
  MailSyncedSchema,
  MarkReadResponseSchema,
  ReceiveMailResponseSchema,
  SendMailResponseSchema,
  WatchDeliveryResponseSchema,
} from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { callAt } from '../../base/call-at.ts';
import { fromLocal } from '../../rpc/failure.ts';
import { agentOf, type Principal, principalKey } from '../../rpc/principal.ts';
import { type Deliveries, expireMs, isEnd } from './delivery.ts';
import { type Inboxes, NODE_INBOX } from './inbox.ts';
import { findMail, listMail } from './list.ts';
import { inboxForeign, inboxUnknown, mailCodes, mailUnknown } from './problems.ts';
import type { ReadMarks } from './read-marks.ts';
import { type Place, type ReaderEvent, type ReaderParts, readMail } from './reader.ts';
import type { Sending } from './send.ts';
import { type AddressBookView, resolveTarget } from './target.ts';
import { showDelivery, showMail, type ViewParts } from './view.ts';

type Impl = ServiceImpl<typeof MailboxService>;
type Request<M extends keyof Impl> = Parameters<Impl[M]>[0];

export interface ServiceParts {
  readonly inboxes: Inboxes;
  readonly deliveries: Deliveries;
  readonly sending: Sending;
  readonly marks: ReadMarks;
  readonly reader: ReaderParts;
  readonly book: AddressBookView;
  readonly view: ViewParts;
  /** Sends to a channel in the caller's name; resolves to the id that the message has there. */
  readonly sendToChannel: (principal: Principal, channel: string, request: Request<'sendMail'>) => Promise<Uint8Array>;
}

const DEFAULT_PAGE = 100;

export function createMailboxService(parts: ServiceParts): Impl {
  const { inboxes, deliveries, sending, marks, book, view } = parts;

  /** Whose inbox the caller means, and may see. From now on this agent has one. */
  async function inboxOf(context: HandlerContext, asked: string): Promise<string> {
    const principal = context.values.get(principalKey);
    const own = agentOf(principal);
    if (asked === '' || asked === own) {
      await inboxes.enter(own);
      return own;
    }
    if (principal.kind !== 'owner') throw inboxForeign(asked);
    if (!inboxes.has(asked)) throw inboxUnknown(asked);
    return asked;
  }

  async function send(request: Request<'sendMail'>, context: HandlerContext) {
    const principal = context.values.get(principalKey);
    const target = resolveTarget(request.target, book);
    if (target.kind === 'channel') {
      return create(SendMailResponseSchema, {
        messageId: await parts.sendToChannel(principal, target.channel, request),
      });
    }
    const from = agentOf(principal);
    await inboxes.enter(from);
    const { messageId, rows } = await sending.send({
      sender: principal,
      from,
      target: request.target,
      receivers: target.receivers,
      text: request.text,
      priority: request.priority || MailPriority.NEXT,
      replyTo: request.replyTo,
      ...(request.lifetimeSeconds !== undefined && { lifetimeMs: request.lifetimeSeconds * 1_000 }),
      ...(request.requestId && { requestId: request.requestId }),
    });
    const [first] = rows;
    return create(SendMailResponseSchema, {
      messageId,
      deliveries: rows.map((row) => showDelivery(view, row)),
      ...(first?.expireTime && { expireTime: first.expireTime }),
    });
  }

  async function list(request: Request<'listMail'>, context: HandlerContext) {
    const agent = await inboxOf(context, request.agent);
    const { mails, next } = await listMail(inboxes, {
      agent,
      isUnreadOnly: request.unreadOnly,
      size: request.pageSize || DEFAULT_PAGE,
      token: request.pageToken,
      isOwn: parts.reader.isOwn,
    });
    const unread = await Promise.all([inboxes.unread(agent), inboxes.unread(NODE_INBOX)]);
    return create(ListMailResponseSchema, {
      mails: mails.map((one) => showMail(view, one.kept, one.unread)),
      nextPageToken: next,
      unreadCount: unread.flat().length,
    });
  }

  /** The rows of a mail of the caller, or of anybody for the owner. */
  async function rowsOf(messageId: Uint8Array, context: HandlerContext): Promise<SentRecord[]> {
    const principal = context.values.get(principalKey);
    const rows = await deliveries.of(messageId);
    const own = principal.kind === 'owner' ? rows : rows.filter(({ fromAgent }) => fromAgent === agentOf(principal));
    if (own.length === 0) throw mailUnknown();
    return own;
  }

  async function* receive(request: Request<'receiveMail'>, context: HandlerContext) {
    const agent = await inboxOf(context, request.agent);
    const after: Place | undefined = request.after && {
      own: Number(request.after.own),
      node: Number(request.after.node),
    };
    const read = { agent, after, isUnreadOnly: request.unreadOnly };
    using ending = endingWith(context.signal);
    for await (const event of readMail(parts.reader, read, ending.signal)) yield await answerOf(event);
  }

  async function answerOf(event: ReaderEvent) {
    const { own, node } = event.resumeAfter;
    const resumeAfter = create(InboxPlaceSchema, { own: BigInt(own), node: BigInt(node) });
    if (event.kind === 'synced') {
      const value = create(MailSyncedSchema, { heldCount: event.heldCount });
      return create(ReceiveMailResponseSchema, { event: { case: 'synced', value }, resumeAfter });
    }
    const { agent, cursor } = event.kept;
    const value = showMail(view, event.kept, await inboxes.isUnread(agent, cursor));
    return create(ReceiveMailResponseSchema, { event: { case: 'mail', value }, resumeAfter });
  }

  async function* watch({ messageId }: Request<'watchDelivery'>, context: HandlerContext) {
    using ending = endingWith(context.signal);
    const news = deliveries.changes.watch(ending.signal)[Symbol.asyncIterator]();
    const id = toHex(messageId);
    const told = new Map<string, DeliveryState>();
    const stops: (() => void)[] = [];
    try {
      for (let isFirst = true; ; isFirst = false) {
        const rows = await rowsOf(messageId, context);
        // What expires in the outbox is told when it does, not when its turn comes.
        if (isFirst) stops.push(...rows.map((row) => callAt(expireMs(row) + 1, () => deliveries.changes.changed(id))));
        for (const delivery of rows.map((row) => showDelivery(view, row))) {
          const key = toHex(delivery.receiver?.nodeId ?? new Uint8Array(0));
          if (told.get(key) === delivery.state) continue;
          told.set(key, delivery.state);
          yield create(WatchDeliveryResponseSchema, { delivery });
        }
        if ([...told.values()].every((state) => isEnd(state) || state === DeliveryState.EXPIRED)) return;
        if (!(await nextOf(news, id))) return;
      }
    } finally {
      for (const stop of stops) stop();
    }
  }

  return {
    sendMail: guarded(send),
    receiveMail: guardedStream(receive),
    listMail: guarded(list),
    getMail: guarded(async (request, context) => {
      const { kept, unread } = await findMail(inboxes, await inboxOf(context, request.agent), request.id);
      return { mail: showMail(view, kept, unread) };
    }),
    markRead: guarded(async (request, context) => {
      const agent = await inboxOf(context, request.agent);
      const ofNode = request.mails.filter((mail) => mail.ofNode).map(({ cursor }) => Number(cursor));
      const own = request.mails.filter((mail) => !mail.ofNode).map(({ cursor }) => Number(cursor));
      const markedCount = (await marks.mark(agent, own)) + (await marks.mark(NODE_INBOX, ofNode));
      return create(MarkReadResponseSchema, { markedCount });
    }),
    getDelivery: guarded(async ({ messageId }, context) => {
      return { deliveries: (await rowsOf(messageId, context)).map((row) => showDelivery(view, row)) };
    }),
    watchDelivery: guardedStream(watch),
  };
}

/** A signal that aborts with the call, and when its answers end: what watches something watches no longer then. */
function endingWith(call: AbortSignal): Disposable & { readonly signal: AbortSignal } {
  const ending = new AbortController();
  return { signal: AbortSignal.any([call, ending.signal]), [Symbol.dispose]: () => ending.abort() };
}

/** Whether there is news of this mail, and not the end. */
async function nextOf(news: AsyncIterator<string>, id: string): Promise<boolean> {
  for (;;) {
    const { done, value } = await news.next();
    if (done) return false;
    if (value === id) return true;
  }
}

function guarded<R, A>(method: (request: R, context: HandlerContext) => Promise<A>) {
  return async (request: R, context: HandlerContext): Promise<A> => {
    try {
      return await method(request, context);
    } catch (error) {
      throw fromLocal(error, mailCodes);
    }
  };
}

function guardedStream<R, A>(method: (request: R, context: HandlerContext) => AsyncIterable<A>) {
  return async function* (request: R, context: HandlerContext): AsyncGenerator<A> {
    try {
      yield* method(request, context);
    } catch (error) {
      throw fromLocal(error, mailCodes);
    }
  };
}
