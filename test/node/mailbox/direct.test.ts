// Mail between two nodes that reach each other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DeliveryState } from '../../../gen/towline/v1/mailbox_pb.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { MailMesh, type MailNode } from './mesh.ts';

const { DELIVERED, READ, REFUSED, QUEUED } = DeliveryState;

let mesh: MailMesh;
let ann: MailNode;
let bob: MailNode;

beforeAll(async () => {
  const started = await MailMesh.start('ann', 'bob');
  mesh = started.mesh;
  [ann, bob] = started.nodes as [MailNode, MailNode];
  await ann.invites(bob);
}, 30_000);
afterAll(() => mesh[Symbol.asyncDispose]());

describe('a mail to a peer', () => {
  it('is accepted on the own disk, delivered, and read, and its sender sees each', async () => {
    const { messageId, deliveries } = await ann.send('bob', 'hello');
    expect(deliveries.map(({ state }) => state)).toEqual([QUEUED]);
    await ann.until(messageId, DELIVERED);
    const { mails, unreadCount } = await bob.mail().listMail({});
    expect(unreadCount).toBe(1);
    expect(Buffer.from(mails[0]?.messageId ?? []).equals(messageId)).toBe(true);
    expect(mails[0]).toMatchObject({ text: 'hello', unread: true, sender: { alias: 'ann', agent: 'owner' } });
    const { markedCount } = await bob.mail().markRead({ mails: [{ ofNode: true, cursor: mails[0]?.cursor ?? 0n }] });
    expect(markedCount).toBe(1);
    await ann.until(messageId, READ);
    expect((await bob.mail().listMail({ unreadOnly: true })).mails).toEqual([]);
  });

  it('comes in the order in which it was accepted, each once', async () => {
    const texts = Array.from({ length: 500 }, (_, n) => `m${n}`);
    const sent = await Promise.all(texts.map((text) => ann.send('bob', text)));
    await ann.until(sent.at(-1)?.messageId ?? new Uint8Array(16), DELIVERED);
    expect((await bob.texts()).filter((text) => text.startsWith('m'))).toEqual(texts);
  });

  it('to an agent is seen by that agent and the owner, and by no other', async () => {
    await bob.addAgent('claude');
    const { messageId } = await ann.send('claude@bob', 'for claude');
    await ann.until(messageId, DELIVERED);
    expect((await bob.texts('claude')).at(-1)).toBe('for claude');
    expect(await bob.texts('other')).not.toContain('for claude');
    expect(await bob.texts()).not.toContain('for claude');
    const { mails } = await bob.mail().listMail({ agent: 'claude' });
    expect(mails[0]?.text).toBe('for claude');
    const foreign = bob.mail('other').listMail({ agent: 'claude' });
    expect(reasonOf(await foreign.catch((error: unknown) => error))).toBe('INBOX_FOREIGN');
  });

  it('to an agent that nobody knows is refused for good', async () => {
    const { messageId } = await ann.send('nobody-here@bob', 'lost?');
    const { refusal } = await ann.until(messageId, REFUSED);
    expect(refusal).toMatchObject({ reason: 'AGENT_UNKNOWN', permanent: true });
  });

  it('sent again with its id is one mail; with other words it is refused', async () => {
    const requestId = new Uint8Array(16).fill(7);
    const [first, again] = await Promise.all([
      ann.send('bob', 'once', { requestId }),
      ann.send('bob', 'once', { requestId }),
    ]);
    expect(again.messageId).toEqual(first.messageId);
    const other = await ann.send('bob', 'twice', { requestId }).catch((error: unknown) => error);
    expect(reasonOf(other)).toBe('MESSAGE_ID_CONFLICT');
    await ann.until(first.messageId, DELIVERED);
    expect((await bob.texts()).filter((text) => text === 'once')).toHaveLength(1);
  });

  it('of a megabyte arrives', async () => {
    const text = 'x'.repeat(1_048_576);
    const { messageId } = await ann.send('bob', text);
    await ann.until(messageId, DELIVERED);
    expect((await bob.texts()).at(-1)).toBe(text);
  });
});
