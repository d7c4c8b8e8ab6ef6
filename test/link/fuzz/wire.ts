import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { fromBinary } from '@bufbuild/protobuf';
import { OpenResponseSchema } from '../../../gen/towline/v1/link_service_pb.ts';
import { Channel } from '../../../src/link/channel.ts';
import { END_FLAG, EnvelopeReader } from '../../../src/link/envelope.ts';

/** Stands for an HTTP/2 stream: what arrives is the test's to say, what leaves is kept. */
export class Wire extends EventEmitter {
  writable = true;
  /** Whether the peer reads; what is written to one that does not is never taken. */
  isRead = true;
  readonly written: Buffer[] = [];

  write(packet: Buffer, taken: () => void): void {
    this.written.push(Buffer.from(packet));
    if (this.isRead) taken();
  }

  end(last?: Buffer): void {
    this.writable = false;
    if (last) this.written.push(last);
  }

  channel(side: 'dialer' | 'acceptor'): Channel {
    return new Channel(this as unknown as Duplex, side);
  }

  /** Everything that left can be read by any protobuf reader. */
  readBack(): void {
    const reader = new EnvelopeReader((flag, payload) => {
      if (flag === END_FLAG) JSON.parse(payload.toString());
      else fromBinary(OpenResponseSchema, payload);
    });
    for (const packet of this.written) reader.push(packet);
    if (!reader.isBetween) throw new Error('half a packet was sent');
  }
}
