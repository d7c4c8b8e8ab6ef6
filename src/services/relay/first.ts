import { noWord, wrongMessage } from './problems.ts';

/** The next item of somebody who must not take longer than `ms` for it. */
export async function nextIn<T>(items: AsyncIterator<T>, ms: number, who: string): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T>>();
  const timer = setTimeout(() => reject(noWord(who, ms)), ms);
  items.next().then(resolve, reject);
  try {
    const { done, value } = await promise;
    if (done) throw wrongMessage('another message before the end');
    return value;
  } finally {
    clearTimeout(timer);
  }
}
