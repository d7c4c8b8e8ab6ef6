// What a node makes of mail that others hand over: honest ones, clumsy ones, and hostile ones.
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type MailEnvelope, MailEnvelopeSchema, MailLetterSchema } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { DeliveryState } from '../../../gen/towline/v1/mailbox_pb.ts';
import { equalBytes } from '../../../src/base/bytes.ts';
import { silentLog } from '../../../src/base/log.ts';
import { Deliveries, newRow, sentRecord } from '../../../src/services/mailbox/delivery.ts';
import { boundTo, envelopeOf, writeLetter } from '../../../src/services/mailbox/envelope.ts';
import { Inboxes } from '../../../src/services/mailbox/inbox.ts';
import { listMail } from '../../../src/services/mailbox/list.ts';
import { Outbox } from '../../../src/services/mailbox/outbox.ts';
import { Taker } from '../../../src/services/mailbox/taker.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import type { Store } from '../../../src/store/store.ts';
import { FormerKeys } from '../../../src/trust/former-keys.ts';
import type { Identity } from '../../../src/trust/identity.ts';
import { nodeIdKey } from '../../../src/trust/node-id.ts';
import { Sealer } from '../../../src/trust/seal.ts';
import { newIdentity } from '../../trust/support.ts';

let ann: Identity;
let bob: Identity;
let hub: Identity;
let former: FormerKeys;

let store: Store;
let inboxes: Inboxes;
let deliveries: Deliveries;
let taker: Taker;

const idOf = (n: number) => new Uint8Array(16).fill(n);

beforeAll(async () => {
  [ann, bob, hub] = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);
  former = await FormerKeys.open('/nowhere');
});

beforeEach(async () => {
  store = openMemoryStore();
  inboxes = await Inboxes.open({ store, isAgent: (name) => name === 'claude' });
  deliveries = new Deliveries(store);
  const trusted = [ann, hub];
  taker = new Taker({
    seal: new Sealer(bob, former),
    inboxes,
    deliveries,
    currentId: (nodeId) => trusted.find((one) => equalBytes(one.nodeId, nodeId))?.nodeId,
    formerIds: () => [],
    wake: () => undefined,
    log: silentLog,
  });
});

afterEach(() => {
  vi.useRealTimers();
});

function letter(text: string, toAgent = ''): Uint8Array {
  const createTime = timestampFromMs(0);
  const value = { fromAgent: 'owner', toAgent, text, target: 'bob', createTime };
  return writeLetter(create(MailLetterSchema, { content: { case: 'words', value } }));
}

async function sealed(
  from: Identity,
  messageId: Uint8Array,
  bytes: Uint8Array,
  lifeMs = 60_000,
): Promise<MailEnvelope> {
  const heading = { senderId: from.nodeId, receiverId: bob.nodeId, messageId, expireMs: Date.now() + lifeMs };
  const context = await new Sealer(from, former).to(bob.nodeId);
  return envelopeOf(heading, context.seal(bytes, boundTo(heading)));
}

async function take(caller: Identity, ...envelopes: MailEnvelope[]): Promise<string[]> {
  return (await taker.take(envelopes, caller.nodeId)).map(({ refusal }) => refusal?.reason ?? 'taken');
}

const texts = async () => (await inboxes.read('', {})).map(({ record }) => record.words?.text);
const outboxOf = async (to: Identity) => new Outbox(store).read(nodeIdKey(to.nodeId), 0);

describe('mail that is handed over', () => {
  it('is taken once, however often, also twice in one call', async () => {
    const one = await sealed(ann, idOf(1), letter('hello'));
    expect(await take(ann, one, one)).toEqual(['taken', 'taken']);
    expect(await Promise.all([take(ann, one), take(hub, one)])).toEqual([['taken'], ['taken']]);
    expect(await texts()).toEqual(['hello']);
  });

  it('with an id that other words had is a conflict', async () => {
    expect(await take(ann, await sealed(ann, idOf(1), letter('one')))).toEqual(['taken']);
    expect(await take(ann, await sealed(ann, idOf(1), letter('other')))).toEqual(['MESSAGE_ID_CONFLICT']);
    expect(await texts()).toEqual(['one']);
  });

  it('that cannot be opened is refused and nowhere stored, and the rest of the call is taken', async () => {
    const broken = await sealed(ann, idOf(1), letter('secret'));
    if (broken.body.case === 'sealed') broken.body.value.ciphertext.fill(0, 0, 4);
    const noLetter = await sealed(ann, idOf(2), new TextEncoder().encode('no letter'));
    const noText = await sealed(ann, idOf(3), letter(''));
    const good = await sealed(ann, idOf(4), letter('good'));
    expect(await take(ann, broken, noLetter, noText, good)).toEqual([
      'SEAL_BROKEN',
      'MAIL_MALFORMED',
      'MAIL_MALFORMED',
      'taken',
    ]);
    expect(await texts()).toEqual(['good']);
  });

  it('of a key that says it is another is refused', async () => {
    const forged = await sealed(hub, idOf(1), letter('I am Ann'));
    forged.senderId = ann.nodeId;
    expect(await take(hub, forged)).toEqual(['SEAL_BROKEN']);
    expect(await outboxOf(ann)).toEqual([]);
  });

  it('of a key that is not trusted, or for an agent that nobody knows, is refused for good', async () => {
    const stranger = await newIdentity();
    expect(await take(hub, await sealed(stranger, idOf(1), letter('hello')))).toEqual(['SENDER_UNKNOWN']);
    const { refusal } =
      (await taker.take([await sealed(ann, idOf(2), letter('hello', 'nobody'))], ann.nodeId))[0] ?? {};
    expect(refusal).toMatchObject({ reason: 'AGENT_UNKNOWN', permanent: true });
    expect(await take(ann, await sealed(ann, idOf(3), letter('hello', 'claude')))).toEqual(['taken']);
  });

  it('too late, or that would never expire, is refused', async () => {
    expect(await take(ann, await sealed(ann, idOf(1), letter('late'), -1_000))).toEqual(['MAIL_EXPIRED']);
    const year = 365 * 24 * 60 * 60 * 1_000;
    expect(await take(ann, await sealed(ann, idOf(2), letter('for ever'), year))).toEqual(['MAIL_MALFORMED']);
  });

  it('in the open is taken from its sender alone', async () => {
    const heading = { senderId: ann.nodeId, receiverId: bob.nodeId, messageId: idOf(1) };
    const body = { case: 'plain', value: letter('open') } as const;
    const plain = create(MailEnvelopeSchema, { ...heading, expireTime: timestampFromMs(Date.now() + 9_000), body });
    expect(await take(hub, plain)).toEqual(['MAIL_MALFORMED']);
    expect(await take(ann, plain)).toEqual(['taken']);
  });

  it('by a hub has a sealed receipt for its sender; by its sender, the answer is enough', async () => {
    await take(hub, await sealed(ann, idOf(1), letter('carried')));
    expect(await outboxOf(ann)).toMatchObject([{ isReceipt: true }]);
    await take(ann, await sealed(ann, idOf(2), letter('direct')));
    expect(await outboxOf(ann)).toHaveLength(1);
  });
});

describe('a receipt', () => {
  const receipt = (messageId: Uint8Array) => {
    const value = { receipts: [{ messageId, state: DeliveryState.DELIVERED, time: timestampFromMs(1) }] };
    return writeLetter(create(MailLetterSchema, { content: { case: 'receipts', value } }));
  };

  it('counts for mail to the node that it comes from, and for no other', async () => {
    const fingerprint = new Uint8Array(32);
    const row = { fingerprint, fromAgent: 'owner', toAgent: '', state: DeliveryState.QUEUED };
    const times = { stateTime: timestampFromMs(0), expireTime: timestampFromMs(Date.now() + 60_000) };
    await store.write([newRow(idOf(9), sentRecord({ ...row, ...times, receiverId: ann.nodeId }))]);
    await take(hub, await sealed(hub, idOf(1), receipt(idOf(9))));
    expect((await deliveries.of(idOf(9)))[0]?.state).toBe(DeliveryState.QUEUED);
    await take(hub, await sealed(ann, idOf(2), receipt(idOf(9))));
    expect((await deliveries.of(idOf(9)))[0]?.state).toBe(DeliveryState.DELIVERED);
  });
});

describe('a clock that is put back by a day', () => {
  const DAY_MS = 24 * 60 * 60 * 1_000;
  const jump = (ms: number) => {
    const nowMs = Date.now();
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(nowMs + ms);
  };

  it('makes no mail come twice', async () => {
    const one = await sealed(ann, idOf(1), letter('once'));
    expect(await take(ann, one)).toEqual(['taken']);
    jump(-DAY_MS);
    await inboxes.sweep(Date.now());
    expect(await take(ann, one)).toEqual(['taken']);
    expect(await texts()).toEqual(['once']);
  });

  it('makes no mail young again whose id was forgotten', async () => {
    const one = await sealed(ann, idOf(1), letter('once'));
    expect(await take(ann, one)).toEqual(['taken']);
    jump(2 * DAY_MS + 70_000);
    await inboxes.sweep(Date.now());
    jump(-DAY_MS);
    expect(await take(ann, one)).toEqual(['MAIL_EXPIRED']);
    expect(await texts()).toEqual(['once']);
  });

  it('loses none of the lists of two inboxes, and shows none twice', async () => {
    const send = async (n: number, to: string) =>
      take(ann, await sealed(ann, idOf(n), letter(`m${n}`, to), 9 * DAY_MS));
    for (const n of [1, 2, 3, 4]) await send(n, n % 2 ? '' : 'claude');
    jump(-DAY_MS);
    for (const n of [5, 6, 7, 8]) await send(n, n % 2 ? '' : 'claude');
    const seen: (string | undefined)[] = [];
    let token = '';
    do {
      const page = await listMail(inboxes, {
        agent: 'claude',
        isUnreadOnly: false,
        size: 3,
        token,
        isOwn: () => false,
      });
      seen.push(...page.mails.map(({ kept }) => kept.record.words?.text));
      token = page.next;
    } while (token);
    expect(seen.toSorted()).toEqual(['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8']);
    // Of each inbox the newest comes first, whatever its clock said.
    expect(seen.filter((text) => Number(text?.slice(1)) % 2)).toEqual(['m7', 'm5', 'm3', 'm1']);
  });
});
