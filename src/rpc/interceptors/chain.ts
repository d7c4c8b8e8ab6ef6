import type { Interceptor, StreamRequest, UnaryRequest } from '@connectrpc/connect';

/** What an interceptor wraps. */
export type Next = ReturnType<Interceptor>;

/** Puts interceptors around `last` for one call, `first`; the first in the list is the outermost. */
export function chain(interceptors: readonly Interceptor[], last: Next, first: UnaryRequest | StreamRequest): Next {
  return interceptors.reduceRight(
    (next, interceptor) => interceptor((request) => next(request === first ? first : whole(request, first))),
    last,
  );
}

/** Who passes a copy (`{...request}`) on has left behind what is made when it is read. */
function whole<R extends UnaryRequest | StreamRequest>(request: R, first: UnaryRequest | StreamRequest): R {
  if ('header' in request && 'signal' in request) return request;
  const { service, requestMethod, url, signal, header, contextValues } = first;
  return { service, requestMethod, url, signal, header, contextValues, ...(request as Partial<R>) } as R;
}
