// Words that may mean several: what a mail is for, and which mail is meant.
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { MailWordsSchema } from '../../../gen/towline/v1/mail_transfer_pb.ts';
import { Inboxes } from '../../../src/services/mailbox/inbox.ts';
import { findMail } from '../../../src/services/mailbox/list.ts';
import { type AddressBookView, type KnownNode, resolveTarget } from '../../../src/services/mailbox/target.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { formatNodeId } from '../../../src/trust/node-id.ts';

const node = (alias: string, hex: string): KnownNode => ({
  nodeId: Buffer.from(hex.padEnd(64, '0'), 'hex'),
  alias,
  groups: [],
});
const self = node('self', 'ff');
const desk = node('desk', 'ab12cd34ef01');
const lab = node('lab', 'ab12cd34ef02');
const book: AddressBookView = {
  self: () => self,
  peers: () => [desk, lab],
  textOf: formatNodeId,
  isAgentHere: (name) => name === 'desk' || name === 'claude',
};

const failure = (run: () => unknown) => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

it.each(['ab12cd34', 'AB12CD34EF0', 'claude@ab12cd34'])(
  'a beginning of two node ids (%s) is refused with both of them',
  (target) => {
    expect(failure(() => resolveTarget(target, book))).toMatchObject({
      reason: 'TARGET_AMBIGUOUS',
      message: expect.stringMatching(/desk \(did:key:\S+\) or lab \(did:key:\S+\)/),
      metadata: { target, candidates: expect.stringMatching(/^desk \(did:key:\S+; lab \(did:key:/) },
    });
  },
);

it('a beginning of one node id means that node', () => {
  expect(resolveTarget('ab12cd34ef01', book)).toEqual({ kind: 'receivers', receivers: [{ node: desk, agent: '' }] });
});

it('a word that is an alias and an agent here is refused with both', () => {
  expect(failure(() => resolveTarget('desk', book))).toMatchObject({
    reason: 'TARGET_AMBIGUOUS',
    metadata: { candidates: 'desk; desk@self' },
  });
});

it('fewer characters of an id than eight are a misspelt alias', () => {
  expect(failure(() => resolveTarget('ab12cd3', book))).toMatchObject({ reason: 'TARGET_UNKNOWN' });
});

it('an end that two mails have is refused with their ids; a longer one means one of them', async () => {
  const inboxes = await Inboxes.open({ store: openMemoryStore(), isAgent: () => false });
  const ids = ['11', '22', '33'].map((head, n) => Buffer.from(`${head.repeat(14)}${n < 2 ? 'beef' : 'cafe'}`, 'hex'));
  const words = create(MailWordsSchema, { text: 'hello' });
  const mails = ids.map((messageId) => ({
    senderId: desk.nodeId,
    messageId,
    words,
    letter: messageId,
    expireMs: 1e15,
  }));
  await inboxes.take(mails);
  const [first, second, third] = ids.map((id) => id.toString('hex'));
  await expect(findMail(inboxes, 'owner', 'beef')).rejects.toMatchObject({
    reason: 'MAIL_AMBIGUOUS',
    metadata: { candidates: `${second} ${first}` },
  });
  expect((await findMail(inboxes, 'owner', '11beef')).kept.record.messageId).toEqual(new Uint8Array(ids[0] ?? []));
  expect((await findMail(inboxes, 'owner', 'cafe')).kept.record.messageId).toHaveLength(String(third).length / 2);
  await expect(findMail(inboxes, 'owner', 'dead')).rejects.toMatchObject({ reason: 'MAIL_UNKNOWN' });
});
