/** Taking connections that a peer carries for another one. */
import type { Duplex } from 'node:stream';
import type { HandlerContext } from '@connectrpc/connect';
import type { AcceptRequest, AcceptResponse } from '../../../gen/towline/v1/relay_service_pb.ts';
import { ByteStream } from '../../base/byte-stream.ts';
import { mapStream } from '../../rpc/messages.ts';
import { nodeIdKey } from '../../trust/node-id.ts';
import { directPeer } from './direct-peer.ts';
import { nextIn } from './first.ts';
import { ACCEPTS, ACCEPTS_PER_PEER, RELAY_PIECE_BYTES, RELAY_READY_MS } from './limits.ts';
import { Places } from './places.ts';
import { full, wrongMessage } from './problems.ts';

/** What came through another node: nothing is known of who is at its other end. */
export interface RelayedConnection {
  readonly stream: Duplex;
  /** The peer that carries it. */
  readonly via: Uint8Array;
  /** Who dials, says that peer. */
  readonly claim: Uint8Array;
}

/** Takes a connection, and destroys its stream when it is not wanted. */
export type TakeConnection = (connection: RelayedConnection) => void;

export class Acceptor {
  readonly #take: TakeConnection;
  readonly #places = new Places(ACCEPTS, ACCEPTS_PER_PEER);

  constructor(take: TakeConnection) {
    this.#take = take;
  }

  async *accept(requests: AsyncIterator<AcceptRequest>, context: HandlerContext): AsyncGenerator<AcceptResponse> {
    const { nodeId: via } = directPeer(context);
    const leave = this.#places.take(nodeIdKey(via));
    if (!leave) throw full();
    try {
      const { kind } = await nextIn(requests, RELAY_READY_MS, 'the relaying node');
      if (kind.case !== 'dialer') throw wrongMessage('the dialer first');
      yield { $typeName: 'towline.v1.AcceptResponse', kind: ready };
      const incoming = mapStream({ [Symbol.asyncIterator]: () => requests }, dataOf);
      const stream = new ByteStream({ incoming, pieceBytes: RELAY_PIECE_BYTES });
      stream.on('error', ignoreTold);
      this.#take({ stream, via, claim: kind.value.nodeId });
      for await (const value of stream.outgoing) {
        yield { $typeName: 'towline.v1.AcceptResponse', kind: { case: 'data', value } };
      }
    } finally {
      leave();
    }
  }
}

/** Whoever took the stream hears of it too. */
function ignoreTold(): void {}

const ready = { case: 'ready' as const, value: { $typeName: 'towline.v1.RelayReady' as const } };

function dataOf({ kind }: AcceptRequest): Uint8Array {
  if (kind.case === 'data') return kind.value;
  throw wrongMessage('data behind the dialer');
}
