// How much of a sender waits here, where the owner of the node has said so.
import { create } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { MailEnvelopeSchema, MailWordsSchema } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { MailPriority } from '../../../gen/towline/v1/mailbox_pb.ts';
import { equalBytes } from '../../../src/base/bytes.ts';
import { LocalError } from '../../../src/base/errors.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { Deliveries } from '../../../src/services/mailbox/delivery.ts';
import { Inboxes, type NewMail } from '../../../src/services/mailbox/inbox.ts';
import { Keeper } from '../../../src/services/mailbox/keeper.ts';
import { RECOUNT_MS } from '../../../src/services/mailbox/limits.ts';
import { Outbox } from '../../../src/services/mailbox/outbox.ts';
import { mailCodes, refusalOf } from '../../../src/services/mailbox/problems.ts';
import { Sending } from '../../../src/services/mailbox/send.ts';
import { WaitingBytes } from '../../../src/services/mailbox/waiting-bytes.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import type { Store } from '../../../src/store/store.ts';

const key = (n: number) => new Uint8Array(32).fill(n);
const [own, greedy, modest] = [key(1), key(2), key(3)];

let ids = 0;
const mail = (senderId: Uint8Array, bytes: number, toAgent = '', fromAgent = 'owner'): NewMail => {
  const messageId = Buffer.from((++ids).toString(16).padStart(32, '0'), 'hex');
  const words = create(MailWordsSchema, { text: 'x'.repeat(bytes), toAgent, fromAgent });
  return { senderId, messageId, words, letter: messageId, expireMs: Date.now() + 60_000 };
};

describe('a sender with a quota in the inboxes', () => {
  const open = (store: Store) =>
    Inboxes.open({
      store,
      isAgent: () => true,
      isOwn: (nodeId) => equalBytes(nodeId, own),
      quotaOf: ({ senderId }) => (equalBytes(senderId, modest) ? undefined : 1_000),
    });
  const take = async (inboxes: Inboxes, ...mails: NewMail[]) =>
    (await inboxes.take(mails))?.map((refused) => refused?.reason ?? 'taken');

  it('has so many bytes unread in all of them, whichever agent it names; others are not concerned', async () => {
    const inboxes = await open(openMemoryStore());
    expect(await take(inboxes, mail(greedy, 600), mail(greedy, 300, 'claude', 'other'))).toEqual(['taken', 'taken']);
    expect(await take(inboxes, mail(greedy, 101), mail(modest, 5_000), mail(greedy, 100))).toEqual([
      'QUOTA_EXCEEDED',
      'taken',
      'taken',
    ]);
    const [refused] = (await inboxes.take([mail(greedy, 1)])) ?? [];
    expect(refused && refusalOf(refused)).toMatchObject({ permanent: false, help: expect.stringContaining('limits') });
    expect(refused).toMatchObject({ metadata: { quota: 'stored_bytes', limit: '1000' } });
  });

  it('may send again when its mail was read, and is counted again after a restart', async () => {
    const store = openMemoryStore();
    const before = await open(store);
    await take(before, mail(greedy, 500), mail(modest, 700), mail(greedy, 500, 'claude'));
    const inboxes = await open(store);
    expect(await take(inboxes, mail(greedy, 1))).toEqual(['QUOTA_EXCEEDED']);
    await inboxes.markRead('', [1, 2], () => []);
    expect(await take(inboxes, mail(greedy, 500), mail(greedy, 1))).toEqual(['taken', 'QUOTA_EXCEEDED']);
    expect(await take(await open(store), mail(greedy, 1))).toEqual(['QUOTA_EXCEEDED']);
  });

  it('is each agent by itself, of those of this node', async () => {
    const inboxes = await open(openMemoryStore());
    expect(await take(inboxes, mail(own, 1_000, '', 'claude'), mail(own, 1_000, '', 'codex'))).toEqual([
      'taken',
      'taken',
    ]);
    expect(await take(inboxes, mail(own, 1, '', 'claude'))).toEqual(['QUOTA_EXCEEDED']);
  });

  it('is not charged for what could not be written', async () => {
    const store = openMemoryStore();
    let isFull = true;
    const write: Store['write'] = (writes) => (isFull ? Promise.reject(new Error('full')) : store.write(writes));
    const inboxes = await open(Object.assign(Object.create(store), { write }));
    await expect(take(inboxes, mail(greedy, 1_000))).rejects.toThrow('full');
    isFull = false;
    expect(await take(inboxes, mail(greedy, 1_000))).toEqual(['taken']);
  });
});

describe('an agent with a quota in the outboxes', () => {
  const far = [key(8), key(9)].map((nodeId, n) => ({ node: { nodeId, alias: `far${n}`, groups: [] }, agent: '' }));
  const open = async (store: Store, quota: number, write = store.write) => {
    const on: Store = Object.assign(Object.create(store), { write });
    const inboxes = await Inboxes.open({ store: on, isAgent: () => true });
    const parts = { store: on, inboxes, outbox: new Outbox(on), deliveries: new Deliveries(on) };
    const sending = new Sending({ ...parts, ownId: () => own, quota: () => quota, wake: () => undefined });
    return (from: string) => {
      const sender: Principal = { kind: 'agent', name: from, groups: new Set() };
      const words = { target: '*', text: 'x'.repeat(400), priority: MailPriority.NEXT, replyTo: new Uint8Array() };
      return sending.send({ sender, from, receivers: far, ...words }).then(
        () => 'accepted',
        ({ reason }) => reason,
      );
    };
  };

  it('may have so many bytes wait for all nodes together, and after a restart no more', async () => {
    const store = openMemoryStore();
    const send = await open(store, 2_000);
    expect(await Promise.all(['claude', 'claude', 'claude', 'codex'].map(send))).toEqual([
      'accepted',
      'accepted',
      'QUOTA_EXCEEDED',
      'accepted',
    ]);
    const again = await open(store, 2_000);
    expect(await again('claude')).toBe('QUOTA_EXCEEDED');
    expect(mailCodes['QUOTA_EXCEEDED']).toBe(Code.ResourceExhausted);
  });

  it('may send again when some of it was delivered: it is counted anew, but not all the time', async () => {
    const store = openMemoryStore();
    const send = await open(store, 2_000);
    expect([await send('claude'), await send('claude'), await send('claude')]).toEqual([
      'accepted',
      'accepted',
      'QUOTA_EXCEEDED',
    ]);
    for (const log of await store.logs('outbox/')) await store.log(log).trim(1);
    let nowMs = 0;
    const waiting = new WaitingBytes(store, () => nowMs);
    await waiting.take('claude', 1_000, 2_000);
    await expect(waiting.take('claude', 1_000, 2_000)).rejects.toMatchObject({ reason: 'QUOTA_EXCEEDED' });
    for (const log of await store.logs('outbox/')) await store.log(log).trim(2);
    await expect(waiting.take('claude', 1_000, 2_000)).rejects.toMatchObject({ reason: 'QUOTA_EXCEEDED' });
    nowMs += RECOUNT_MS;
    // What is taken and not yet written counts too.
    (await waiting.take('claude', 1_000, 2_000))[Symbol.dispose]();
  });

  it('is not charged for long for what could not be written', async () => {
    const store = openMemoryStore();
    const send = await open(store, 2_000, () => Promise.reject(new LocalError('STORE_FULL', 'full')));
    expect([await send('claude'), await send('claude')]).toEqual(['STORE_FULL', 'STORE_FULL']);
    const waiting = new WaitingBytes(store);
    await waiting.take('claude', 2_000, 2_000);
  });
});

it('a sender with a quota at a hub has it for all receivers together', async () => {
  const hub = new Keeper({
    store: openMemoryStore(),
    currentId: (nodeId) => nodeId,
    isLinked: () => false,
    to: () => {
      throw new Error('nobody has a link');
    },
    log: silentLog,
  });
  const envelope = () =>
    create(MailEnvelopeSchema, { body: { case: 'sealed', value: { ciphertext: new Uint8Array(400) } } });
  const keep = async (from: Uint8Array, to: number, count: number, quota?: number) => {
    const { count: kept, refusal } = await hub.keep(from, key(to), Array.from({ length: count }, envelope), quota);
    return [kept, refusal?.reason];
  };
  expect(await keep(greedy, 7, 1, 1_000)).toEqual([1, undefined]);
  expect(await keep(greedy, 8, 3, 1_000)).toEqual([1, 'QUOTA_EXCEEDED']);
  expect(await keep(greedy, 9, 1, 1_000)).toEqual([0, 'QUOTA_EXCEEDED']);
  expect(await keep(modest, 8, 3)).toEqual([3, undefined]);
});
