import { usedBytes } from '../../support/memory.ts';

/** What may stay behind: code that was compiled, pools of buffers. */
const MAX_GROWTH_BYTES = 24 * 1024 * 1024;
/** Before the first measure everything has run. */
const WARM_UP = 2_000;
/** Cases that are under way at a time: they wait for turns of the event loop. */
const AT_ONCE = 50;

/** Runs cases `first` to `first + count - 1`. Throws the first failure with its seed, and for memory that grows. */
export async function fuzz(run: (seed: number) => Promise<void>, first: number, count: number): Promise<void> {
  const stray: unknown[] = [];
  const onStray = (reason: unknown) => void stray.push(reason);
  process.on('unhandledRejection', onStray);
  try {
    await batch(run, first, Math.min(count, WARM_UP));
    const before = await usedBytes();
    await batch(run, first + WARM_UP, count - WARM_UP);
    const grown = (await usedBytes()) - before;
    if (grown > MAX_GROWTH_BYTES) throw new Error(`${grown} bytes stayed behind after ${count} cases`);
    if (stray.length > 0) throw new Error('a rejection was not handled', { cause: stray[0] });
  } finally {
    process.off('unhandledRejection', onStray);
  }
}

async function batch(run: (seed: number) => Promise<void>, first: number, count: number): Promise<void> {
  for (let seed = first; seed < first + count; seed += AT_ONCE) {
    const size = Math.min(AT_ONCE, first + count - seed);
    await Promise.all(Array.from({ length: size }, (_, index) => one(run, seed + index)));
  }
}

async function one(run: (seed: number) => Promise<void>, seed: number): Promise<void> {
  try {
    await run(seed);
  } catch (cause) {
    throw new Error(`seed ${seed} failed: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
