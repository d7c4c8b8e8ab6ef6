// Mail for a node that is away: it waits at the sender, and sealed at the hub.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DeliveryState } from '../../../gen/towline/v1/mailbox_pb.ts';
import { MailMesh, type MailNode } from './mesh.ts';

const { DELIVERED, READ, STORED_AT_HUB, EXPIRED, QUEUED } = DeliveryState;

const wait = { timeout: 20_000, interval: 20 };

let mesh: MailMesh;
let hub: MailNode;
let ann: MailNode;
let bob: MailNode;

/** Each knows the other's key and where it answers. */
async function introduce(left: MailNode, right: MailNode): Promise<void> {
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const addresses = [new URL(other.running.url).host];
    await one.admin.addTrust({ nodeId: other.nodeId, alias: other.name, group: 'home', addresses });
  }
}

beforeAll(async () => {
  const started = await MailMesh.start('hub', 'ann', 'bob');
  mesh = started.mesh;
  [hub, ann, bob] = started.nodes as [MailNode, MailNode, MailNode];
  await hub.invites(ann);
  await hub.invites(bob);
  await introduce(ann, bob);
}, 30_000);
afterAll(() => mesh[Symbol.asyncDispose]());

describe('mail for a node that is away', () => {
  it('is kept by the hub, handed over when it comes, and its sender hears of it from the receiver', async () => {
    await bob.running.stop();
    const sent = [];
    for (const text of ['one', 'two', 'three']) sent.push(await ann.send('bob', text));
    const last = sent[2]?.messageId ?? new Uint8Array();
    await ann.until(last, STORED_AT_HUB);
    // Nobody but the hub is there to bring it.
    await ann.running.stop();
    await bob.start();
    const mails = await bob.receive(3);
    expect(mails.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(mails[0]?.sender).toMatchObject({ alias: 'ann', agent: 'owner' });
    await ann.start();
    await ann.until(last, DELIVERED);
    await bob.mail().markRead({ mails: mails.map(({ cursor }) => ({ ofNode: true, cursor })) });
    await ann.until(last, READ);
  });

  it('is there once, whether the hub brings it or its sender', async () => {
    await bob.running.stop();
    const texts = Array.from({ length: 50 }, (_, n) => `b${n}`);
    const sent = [];
    for (const text of texts) sent.push(await ann.send('bob', text));
    const last = sent.at(-1)?.messageId ?? new Uint8Array();
    await ann.until(last, STORED_AT_HUB);
    await bob.start();
    await ann.until(last, DELIVERED);
    expect((await bob.texts()).filter((text) => text.startsWith('b'))).toEqual(texts);
  });

  it('waits at its sender when the hub is away too, and survives the end of the sender', async () => {
    await Promise.all([bob.running.stop(), hub.running.stop()]);
    const { messageId } = await ann.send('bob', 'patience');
    await ann.running.stop();
    await ann.start();
    const { deliveries } = await ann.mail().getDelivery({ messageId });
    expect(deliveries[0]?.state).toBe(QUEUED);
    await Promise.all([bob.start(), hub.start()]);
    await ann.until(messageId, DELIVERED);
    expect((await bob.texts()).at(-1)).toBe('patience');
  });

  it('expires, and is not delivered then', async () => {
    await bob.running.stop();
    const { messageId } = await ann.send('bob', 'too late', { lifetimeSeconds: 1 });
    await ann.until(messageId, EXPIRED);
    await bob.start();
    const { messageId: next } = await ann.send('bob', 'in time');
    await ann.until(next, DELIVERED);
    expect(await bob.texts()).not.toContain('too late');
  });

  it('that is more than the hub keeps for its sender waits there, says why, and arrives in order', async () => {
    const configure = async (text: string) => {
      await writeFile(join(hub.home, 'towline.yaml'), text);
      await hub.admin.reload({});
    };
    await configure('limits: [{who: ["peer:ann"], quotas: {stored_bytes: 1000}}]');
    await bob.running.stop();
    const texts = ['first', 'second', 'third'].map((text) => text.repeat(100));
    const ids: Uint8Array[] = [];
    for (const text of texts) ids.push((await ann.send('bob', text)).messageId);
    const [first = new Uint8Array(), , last = new Uint8Array()] = ids;
    await ann.until(first, STORED_AT_HUB);
    await vi.waitFor(async () => {
      const { deliveries } = await ann.mail().getDelivery({ messageId: last });
      expect(deliveries[0]).toMatchObject({ state: QUEUED, lastError: expect.stringContaining('1000 is the most') });
    }, wait);
    await bob.start();
    await ann.until(last, DELIVERED);
    expect((await bob.texts()).slice(-3)).toEqual(texts);
    await configure('');
  });

  it('sealed for a key that its receiver gave up since, opens during the grace', async () => {
    await bob.running.stop();
    const { messageId } = await ann.send('bob', 'for the old key');
    await ann.until(messageId, STORED_AT_HUB);
    await ann.running.stop();
    // The hub is away while Bob gets his key: it hands over what was sealed before.
    await hub.running.stop();
    await bob.start();
    await bob.admin.rotateKey({});
    await hub.start();
    await bob.send('hub', 'here I am');
    await vi.waitFor(async () => expect((await bob.texts()).at(-1)).toBe('for the old key'), wait);
    await ann.start();
    await ann.until(messageId, DELIVERED);
  });
});
