// What a mailbox does when one of its limits is reached.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { beforeEach, describe, expect, it } from 'vitest';
import { MailEnvelopeSchema, MailWordsSchema } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { DeliveryStateSchema, MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import { silentLog } from '../../../src/base/log.ts';
import { enumWord } from '../../../src/cli/render/enum-word.ts';
import { Deliveries } from '../../../src/services/mailbox/delivery.ts';
import { Inboxes, type NewMail } from '../../../src/services/mailbox/inbox.ts';
import { Keeper } from '../../../src/services/mailbox/keeper.ts';
import { inboxLog, keptLog, outboxLog, UNREAD, unreadKey } from '../../../src/services/mailbox/keys.ts';
import {
  MAX_INBOX_BYTES,
  MAX_INBOX_COUNT,
  MAX_KEPT_BYTES,
  MAX_KEPT_COUNT,
  MAX_OUTBOX_BYTES,
  MAX_OUTBOX_COUNT,
  MAX_TEXT_BYTES,
} from '../../../src/services/mailbox/limits.ts';
import { Outbox } from '../../../src/services/mailbox/outbox.ts';
import { Sending } from '../../../src/services/mailbox/send.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import type { AppendLog, Store } from '../../../src/store/store.ts';

const idOf = (n: number) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex');
const key = (n: number) => new Uint8Array(32).fill(n);
const ann = key(1);
const [bob, eve] = [2, 3].map((n) => ({ nodeId: key(n), alias: n === 2 ? 'bob' : 'eve', groups: [] }));
const hexOf = (id: Uint8Array) => Buffer.from(id).toString('hex');

let store: Store;

beforeEach(() => {
  store = openMemoryStore();
});

/** A store whose log of this name says that each of its entries has so many bytes more. */
function heavy(real: Store, name: string, bytesEach: number): Store {
  const weigh = (log: AppendLog): AppendLog => ({
    append: (value) => log.append(value),
    read: (options) => log.read(options),
    trim: (cursor) => log.trim(cursor),
    extent: async () => {
      const extent = await log.extent();
      return { ...extent, bytes: extent.bytes + extent.count * bytesEach };
    },
  });
  return {
    table: (table) => real.table(table),
    log: (asked) => (asked === name ? weigh(real.log(asked)) : real.log(asked)),
    queue: (asked) => real.queue(asked),
    logs: (prefix) => real.logs(prefix),
    dropLog: (asked) => real.dropLog(asked),
    write: (writes) => real.write(writes),
    close: () => real.close(),
  };
}

/** Puts entries into a log, with no word of what they are. */
async function fill(name: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1_000) {
    const value = new Uint8Array(1);
    await store.write(Array.from({ length: Math.min(left, 1_000) }, () => ({ op: 'append', log: name, value })));
  }
}

const mail = (n: number, text = 'hello'): NewMail => ({
  senderId: ann,
  messageId: idOf(n),
  words: create(MailWordsSchema, { text, createTime: timestampFromMs(0) }),
  letter: Buffer.from(`${n} ${text.slice(0, 8)}`),
  expireMs: Date.now() + 60_000,
});

describe('a full inbox', () => {
  const isAgent = () => true;
  const take = async (inboxes: Inboxes, one: NewMail) => (await inboxes.take([one]))?.[0]?.reason ?? 'taken';
  const markUnread = (cursor: number) => store.table(UNREAD).put(unreadKey('', cursor), new Uint8Array(0));
  const extent = () => store.log(inboxLog('')).extent();

  it('refuses while its oldest mail is unread, and forgets nothing', async () => {
    await fill(inboxLog(''), MAX_INBOX_COUNT);
    await markUnread(1);
    const inboxes = await Inboxes.open({ store, isAgent });
    expect(await take(inboxes, mail(1))).toBe('INBOX_FULL');
    expect(await extent()).toMatchObject({ first: 1, count: MAX_INBOX_COUNT });
    expect(await take(inboxes, { ...mail(2), words: create(MailWordsSchema, { toAgent: 'claude', text: 'x' }) })).toBe(
      'taken',
    );
  });

  it('makes room by forgetting the oldest that were read, and nothing behind an unread one', async () => {
    await fill(inboxLog(''), MAX_INBOX_COUNT);
    await markUnread(8);
    const inboxes = await Inboxes.open({ store, isAgent });
    expect(await take(inboxes, mail(1))).toBe('taken');
    expect(await extent()).toMatchObject({ first: 8, last: MAX_INBOX_COUNT + 1 });
    expect(await inboxes.unread('')).toEqual([8, MAX_INBOX_COUNT + 1]);
  });

  it('makes room for a mail that is larger than what is left', async () => {
    const each = MAX_INBOX_BYTES / 16;
    const inboxes = await Inboxes.open({ store: heavy(store, inboxLog(''), each - 50_000), isAgent });
    await fill(inboxLog(''), 16);
    expect(await take(inboxes, mail(1, 'x'.repeat(MAX_TEXT_BYTES)))).toBe('taken');
    expect((await extent()).first).toBeGreaterThan(1);
  });
});

describe('a full outbox', () => {
  async function send(on: Store, receiver: typeof bob, n: number) {
    const inboxes = await Inboxes.open({ store: on, isAgent: () => false });
    const parts = { store: on, inboxes, outbox: new Outbox(on), deliveries: new Deliveries(on) };
    const sending = new Sending({ ...parts, ownId: () => ann, wake: () => undefined });
    const receivers = receiver ? [{ node: receiver, agent: '' }] : [];
    const words = {
      from: 'owner',
      target: 'bob',
      text: 'hello',
      priority: MailPriority.NEXT,
      replyTo: new Uint8Array(),
    };
    const sent = sending.send({ ...words, receivers, requestId: idOf(n) });
    return sent.then(
      ({ rows }) => rows.map(({ state }) => enumWord(DeliveryStateSchema, state)).join(),
      ({ reason, metadata }) => `${reason} ${metadata.node}`,
    );
  }

  it.each([
    ['letters', MAX_OUTBOX_COUNT, 0],
    ['bytes', 4, MAX_OUTBOX_BYTES / 4],
  ])(
    'in %s refuses more for that node, accepts for others, and has room when some were delivered',
    async (_, count, bytes) => {
      const log = outboxLog(hexOf(bob?.nodeId ?? ann));
      await fill(log, count);
      const on = heavy(store, log, bytes);
      expect(await send(on, bob, 1)).toBe('OUTBOX_FULL bob');
      expect((await store.log(log).extent()).count).toBe(count);
      expect(await new Deliveries(store).of(idOf(1))).toEqual([]);
      expect(await send(on, eve, 2)).toBe('queued');
      await store.log(log).trim(2);
      expect(await send(on, bob, 1)).toBe('queued');
    },
  );
});

describe('what a hub keeps', () => {
  const count = async (hub: Keeper, ...about: Parameters<Keeper['keep']>) => (await hub.keep(...about)).count;
  const keeper = (on: Store) =>
    new Keeper({
      store: on,
      currentId: (nodeId) => nodeId,
      isLinked: () => false,
      to: () => {
        throw new Error('nobody has a link');
      },
      log: silentLog,
    });
  const envelope = (n: number) =>
    create(MailEnvelopeSchema, {
      messageId: idOf(n),
      body: { case: 'sealed', value: { ciphertext: new Uint8Array(1) } },
    });

  it('has a limit in letters for each sender and receiver, and takes the first that fit', async () => {
    const hub = keeper(store);
    await fill(keptLog(hexOf(key(2)), hexOf(ann)), MAX_KEPT_COUNT - 1);
    expect(await count(hub, ann, key(2), [envelope(1), envelope(2)])).toBe(1);
    expect(await count(hub, ann, key(2), [envelope(3)])).toBe(0);
    expect(await count(hub, key(3), key(2), [envelope(4)])).toBe(1);
    expect(await count(hub, ann, key(4), [envelope(5)])).toBe(1);
  });

  it('has one in bytes', async () => {
    const log = keptLog(hexOf(key(2)), hexOf(ann));
    const hub = keeper(heavy(store, log, MAX_KEPT_BYTES / 2));
    expect(await count(hub, ann, key(2), [envelope(1)])).toBe(1);
    expect(await count(hub, ann, key(2), [envelope(2)])).toBe(1);
    expect(await count(hub, ann, key(2), [envelope(4)])).toBe(0);
    expect(await count(hub, key(3), key(2), [envelope(5)])).toBe(1);
  });
});
