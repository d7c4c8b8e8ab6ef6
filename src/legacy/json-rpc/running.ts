import type { ConnectError } from '@connectrpc/connect';
import { Cancellation } from '../../base/cancellation.ts';
import type { Credit } from './credit.ts';
import type { Requests } from './requests.ts';

/** One call or stream that is under way on a WebSocket. */
export class Running {
  readonly cancellation = new Cancellation();
  /** What the caller takes; of streams of answers. */
  credit: Credit | undefined;
  /** What the caller sends; of streams of requests. */
  requests: Requests | undefined;

  /** Ends it; the caller hears `error`. */
  stop(error: ConnectError): void {
    this.cancellation.cancel(error);
    this.credit?.fail(error);
  }
}
