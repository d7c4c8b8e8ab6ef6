import type { Interceptor } from '@connectrpc/connect';

/** What an interceptor wraps. */
export type Next = ReturnType<Interceptor>;

/** Puts interceptors around `last`; the first in the list is the outermost. */
export function chain(interceptors: readonly Interceptor[], last: Next): Next {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), last);
}
