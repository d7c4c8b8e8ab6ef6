/** Somebody who is told of every call, whichever door it came by. */
import type { DescMethod, Message } from '@bufbuild/protobuf';
import type { ConnectError, HandlerContext } from '@connectrpc/connect';

/** One call, from before its handler runs. */
export interface ObservedCall {
  /**
   * The handler is about to run; the request is absent where requests are a stream. A promise is waited for, and one that
   * rejects refuses the call.
   */
  begin(request: Message | undefined): Promise<void> | undefined;
  /** An answer is about to be given. A promise is waited for; one that rejects fails the call. */
  answer(message: Message): Promise<void> | undefined;
  /** It has ended, once. A promise is waited for before the caller hears of it. */
  end(error: ConnectError | undefined): Promise<void> | undefined;
}

export interface CallObserver {
  /** What to tell of calls of this method; `undefined` for nothing. Asked once a method. */
  observe(method: DescMethod, name: string): ((context: HandlerContext) => ObservedCall) | undefined;
  /** A caller was turned away before the handler ran. */
  refused(name: string, context: HandlerContext, error: ConnectError): void;
}
