// What was accepted survives the end of the sender's process, however it ends.
import { describe, expect, it, vi } from 'vitest';
import { startMesh } from '../fixtures/mesh.ts';

interface Inbox {
  readonly mails: { text: string }[];
}

describe('mail', () => {
  it('that was accepted is delivered once, though sender and receiver are killed', async () => {
    await using mesh = await startMesh({ desk: {}, laptop: {} });
    await mesh.join('laptop', 'desk');
    const [desk, laptop] = [mesh.node('desk'), mesh.node('laptop')];
    await desk.stop('SIGKILL');
    await laptop.json('send', 'desk', 'before the kill');
    await laptop.stop('SIGKILL');
    await Promise.all([desk.start(), laptop.start()]);
    const texts = async () => (await desk.json<Inbox>('inbox')).mails.map(({ text }) => text);
    await vi.waitFor(async () => expect(await texts()).toEqual(['before the kill']), {
      timeout: 20_000,
      interval: 200,
    });
    await desk.stop('SIGKILL');
    await desk.start();
    await laptop.json('send', 'desk', 'after it', '--wait', 'delivered');
    expect(await texts()).toEqual(['after it', 'before the kill']);
  }, 120_000);
});
