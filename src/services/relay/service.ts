/** RelayService: carrying bytes for two peers, and taking connections that others carry. */
import type { ServiceImpl } from '@connectrpc/connect';
import type { RelayService } from '../../../gen/towline/v1/relay_service_pb.ts';
import { Acceptor, type TakeConnection } from './accept.ts';
import { Carrying, type CarryView } from './carry.ts';

export interface Relay {
  /** The implementation to register. */
  readonly service: ServiceImpl<typeof RelayService>;
  /** The keyring or the configuration changed: what is allowed no longer ends. */
  review(): void;
  /** Ends all that is carried: the links are about to end. */
  close(): void;
}

export function createRelay(view: CarryView, take: TakeConnection): Relay {
  const carrying = new Carrying(view);
  const acceptor = new Acceptor(take);
  return {
    service: {
      relay: (requests, context) => carrying.relay(requests[Symbol.asyncIterator](), context),
      accept: (requests, context) => acceptor.accept(requests[Symbol.asyncIterator](), context),
    },
    review: () => carrying.review(),
    close: () => carrying.close(),
  };
}
