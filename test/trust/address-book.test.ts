import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../../src/store/memory/store.ts';
import { AddressBook } from '../../src/trust/address-book.ts';
import { Clock, failing, newNodeId } from './support.ts';

const A = newNodeId();

function setUp() {
  const clock = new Clock();
  const table = openMemoryStore().table('addresses');
  const book = new AddressBook(table, clock.now);
  const addresses = async () => (await book.get(A)).addresses.map(({ address }) => address);
  return { clock, table, book, addresses };
}

describe('an address book', () => {
  it('knows nothing of a stranger', async () => {
    const { book } = setUp();
    expect(await book.get(A)).toEqual({ addresses: [], dial: false });
    expect(await book.forget(A)).toBe(false);
    expect(await book.list()).toEqual([]);
  });

  it('puts manual before invite before hello, and a success before all', async () => {
    const { book, addresses } = setUp();
    await book.learn(A, ['hello:1'], 'hello');
    await book.learn(A, ['invite:1'], 'invite');
    await book.learn(A, ['manual:1'], 'manual');
    expect(await addresses()).toEqual(['manual:1', 'invite:1', 'hello:1']);
    await book.markSuccess(A, 'hello:1');
    expect(await addresses()).toEqual(['hello:1', 'manual:1', 'invite:1']);
  });

  it('puts the latest success first', async () => {
    const { book, addresses, clock } = setUp();
    await book.markSuccess(A, 'old:1');
    clock.ms += 1;
    await book.markSuccess(A, 'new:1');
    expect(await addresses()).toEqual(['new:1', 'old:1']);
    clock.ms += 1;
    await book.markSuccess(A, 'old:1');
    expect((await book.get(A)).addresses[0]).toEqual({ address: 'old:1', source: 'hello', successMs: clock.ms });
  });

  it('keeps the most believed source of an address, and its success', async () => {
    const { book, clock } = setUp();
    await book.learn(A, ['h:1'], 'manual');
    await book.markSuccess(A, 'h:1');
    await book.learn(A, ['h:1'], 'hello');
    expect((await book.get(A)).addresses).toEqual([
      { address: 'h:1', source: 'manual', successMs: clock.ms, seenMs: clock.ms },
    ]);
  });

  it('takes an unencrypted WebSocket of this machine from a person, and not from a hello', async () => {
    const { book, addresses } = setUp();
    await book.learn(A, ['ws://127.0.0.1:1/link', 'wss://h/link'], 'hello');
    expect(await addresses()).toEqual(['wss://h/link']);
    await book.learn(A, ['ws://127.0.0.1:1/link'], 'manual');
    expect(await addresses()).toEqual(['ws://127.0.0.1:1/link', 'wss://h/link']);
  });

  it('replaces what earlier hellos said, unless a link opened there', async () => {
    const { book, addresses } = setUp();
    await book.learn(A, ['a:1', 'b:1', 'c:1'], 'hello');
    await book.markSuccess(A, 'b:1');
    await book.learn(A, ['c:1', 'd:1'], 'hello');
    expect(await addresses()).toEqual(['b:1', 'c:1', 'd:1']);
  });

  it('keeps at most sixteen, the best, whatever a peer claims', async () => {
    const { book, addresses } = setUp();
    await book.learn(A, ['manual:1'], 'manual');
    const claims = Array.from({ length: 100 }, (_, n) => `claim${n}:1`);
    await book.learn(A, claims, 'hello');
    await book.markSuccess(A, 'works:1');
    const kept = await addresses();
    expect(kept).toHaveLength(16);
    expect(kept.slice(0, 2)).toEqual(['works:1', 'manual:1']);
  });

  it('leaves out of a hello what is no address, and refuses it from others', async () => {
    const { book, addresses } = setUp();
    await book.learn(A, ['http://x', 'good:1', ''], 'hello');
    expect(await addresses()).toEqual(['good:1']);
    await expect(book.learn(A, ['http://x'], 'manual')).rejects.toEqual(failing('ADDRESS_INVALID'));
    await expect(book.markSuccess(A, 'x')).rejects.toEqual(failing('ADDRESS_INVALID'));
    await expect(book.setDial(new Uint8Array(3), true)).rejects.toEqual(failing('NODE_ID_INVALID'));
  });

  it('remembers whom to dial, across restarts, until it forgets the peer', async () => {
    const { book, table, clock } = setUp();
    await book.learn(A, ['h:1'], 'invite');
    await book.setDial(A, true);
    const again = new AddressBook(table);
    const expected = { nodeId: A, dial: true, addresses: [{ address: 'h:1', source: 'invite', seenMs: clock.ms }] };
    expect(await again.list()).toEqual([expected]);
    await again.setDial(A, false);
    expect((await again.get(A)).dial).toBe(false);
    expect(await again.forget(A)).toBe(true);
    expect(await again.list()).toEqual([]);
  });

  it('loses none of many changes at once', async () => {
    const { book, addresses } = setUp();
    const changes = Array.from({ length: 10 }, (_, n) => book.learn(A, [`h${n}:1`], 'manual'));
    await Promise.all([...changes, book.setDial(A, true)]);
    expect((await addresses()).sort()).toEqual(Array.from({ length: 10 }, (_, n) => `h${n}:1`));
    expect((await book.get(A)).dial).toBe(true);
  });

  it('forgets after thirty days what a peer or a hub claimed and nobody repeated, and nothing where a link opened', async () => {
    const { book, addresses, clock } = setUp();
    const day = 86_400_000;
    await book.learn(A, ['manual:1'], 'manual');
    await book.learn(A, ['invite:1'], 'invite');
    await book.learn(A, ['claimed:1', 'worked:1'], 'hello');
    await book.learn(A, ['hub:1', 'once:1'], 'hub');
    await book.markSuccess(A, 'worked:1');
    clock.ms += 20 * day;
    await book.learn(A, ['hub:1'], 'hub');
    clock.ms += 11 * day;
    expect(await addresses()).toEqual(['worked:1', 'manual:1', 'invite:1', 'hub:1']);
    clock.ms += 31 * day;
    expect(await addresses()).toEqual(['worked:1', 'manual:1', 'invite:1']);
  });

  it('writes nothing when a hello says what it said before', async () => {
    const { book, table } = setUp();
    await book.learn(A, ['a:1', 'b:1'], 'hello');
    const [before] = await table.list();
    await book.learn(A, ['a:1', 'b:1'], 'hello');
    expect((await table.list())[0]?.version).toBe(before?.version);
  });
});
