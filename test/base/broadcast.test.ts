import { describe, expect, it } from 'vitest';
import { Broadcast } from '../../src/base/broadcast.ts';

async function collect<T>(items: AsyncIterable<T>, into: T[]): Promise<void> {
  for await (const item of items) into.push(item);
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a broadcast', () => {
  it('tells each watcher of each key once, however often it changed before the watcher looked', async () => {
    const broadcast = new Broadcast<string>();
    const stop = new AbortController();
    const watch = broadcast.watch(stop.signal);
    for (const key of ['a', 'b', 'a', 'a']) broadcast.changed(key);
    const seen: string[] = [];
    const done = collect(watch, seen);
    await turn();
    expect(seen).toEqual(['a', 'b']);
    broadcast.changed('a');
    await turn();
    expect(seen).toEqual(['a', 'b', 'a']);
    stop.abort();
    await done;
    broadcast.changed('c');
    expect(seen).toEqual(['a', 'b', 'a']);
  });

  it('ends all watches when it closes, and watches of signals that were aborted', async () => {
    const broadcast = new Broadcast<string>();
    const seen: string[] = [];
    const watching = [broadcast.watch(new AbortController().signal), broadcast.watch(AbortSignal.abort())];
    broadcast.close();
    await Promise.all(watching.map((watch) => collect(watch, seen)));
    expect(seen).toEqual([]);
  });
});
