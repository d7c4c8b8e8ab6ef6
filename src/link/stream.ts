/** What both ends of a call share: sending within credit, receiving whole messages, giving credit back. */
import { LocalError } from '../base/errors.ts';
import type { Credit } from './credit.ts';
import type { Frame } from './frame/frame.ts';
import { Inbox } from './inbox.ts';
import type { LinkLimits } from './limits.ts';
import type { StreamEvents, StreamStatus } from './link.ts';
import { type Backlog, type Last, SendQueue } from './send-queue.ts';

/** What a stream asks of its link. */
export interface StreamHost {
  readonly limits: LinkLimits;
  readonly backlog: Backlog;
  /** Whether the carrier takes more. */
  readonly hasRoom: boolean;
  /** Whether as much waits as may wait. */
  readonly isFull: boolean;
  /** Sends a frame with this turn's packet. */
  sendFrame(frame: Frame): void;
  /** The stream has something to send: it gets its turns. */
  schedule(stream: Stream): void;
  /** Bytes of the packet that is being read were handed out: nobody may write over them. */
  keepPacket(): void;
  /** The stream is over. */
  forget(stream: Stream): void;
}

export abstract class Stream {
  readonly id: number;
  protected readonly host: StreamHost;
  protected readonly queue: SendQueue;
  protected readonly inbox: Inbox;
  /** Whether the stream waits in the scheduler's ring. The scheduler's. */
  isScheduled = false;
  #isOver = false;

  constructor(id: number, host: StreamHost, sendCredit: Credit, receiveCredit: Credit) {
    this.id = id;
    this.host = host;
    this.queue = new SendQueue(id, sendCredit, host.backlog);
    this.inbox = new Inbox(receiveCredit, host.limits.messageBytes);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isReady(): boolean {
    return this.queue.isReady;
  }

  /** Whether there is something to send and no credit for it. */
  get isWaiting(): boolean {
    return !this.queue.isEmpty && !this.queue.isReady;
  }

  /** What this side may still send. */
  get sendCredit(): Credit {
    return this.queue.credit;
  }

  /** What the other side may still send. */
  get receiveCredit(): Credit {
    return this.inbox.credit;
  }

  /** Sends one frame of a stream that is ready. */
  sendNext(): void {
    const frame = this.queue.next();
    if (!frame) return;
    this.host.sendFrame(frame);
    if (frame.kind === 'end') this.finish();
  }

  consumed(bytes: number): void {
    if (this.#isOver) return;
    this.inbox.consumed(bytes);
    this.#giveCredit();
  }

  /** The other side grants more. */
  grant(more: Credit): void {
    this.queue.grant(more);
    if (this.queue.isReady) this.host.schedule(this);
  }

  protected enqueue(data: Uint8Array | undefined, last: Last): Promise<void> | undefined {
    if (data !== undefined) checkLength(data, this.host.limits.messageBytes);
    if (this.host.isFull && !this.queue.isEmpty) {
      throw new LocalError('STREAM_SEND_OVERRUN', 'the stream was given more messages without waiting for the first');
    }
    if (data !== undefined && typeof last !== 'object' && this.host.hasRoom && this.queue.takeWhole(data)) {
      this.host.sendFrame({ kind: 'message', streamId: this.id, data, more: false, halfClose: last === 'halfClose' });
      return undefined;
    }
    this.queue.push(data, last);
    if (this.queue.isReady) this.host.schedule(this);
    return this.queue.flushed();
  }

  /** Takes a fragment; the whole message goes to the owner. */
  protected receive(data: Uint8Array, more: boolean): void {
    const message = this.inbox.take(data, more);
    if (message?.buffer === data.buffer) this.host.keepPacket();
    if (message) this.deliver(message);
    else this.#giveCredit();
  }

  /** Hands a message to the owner. */
  protected abstract deliver(message: Uint8Array): void;

  #giveCredit(): void {
    const credit = this.inbox.due(this.id);
    if (credit) this.host.sendFrame(credit);
  }

  /** The call is over on this side. Nothing is sent or heard on it any more. */
  protected finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.queue.clear();
    this.host.forget(this);
  }

  /** Ends the call from within the link: the limit of a message was passed, its owner failed, or the link ended. */
  abstract fail(status: StreamStatus): void;
}

/** Throws MESSAGE_TOO_LARGE. */
export function checkLength(data: Uint8Array, maxBytes: number): void {
  if (data.length <= maxBytes) return;
  throw new LocalError('MESSAGE_TOO_LARGE', `a message of ${data.length} bytes; ${maxBytes} are allowed`, {
    help: 'put large content into BlobService and send its digest',
    metadata: { bytes: String(data.length), max_bytes: String(maxBytes) },
  });
}

/** Listens to nothing: for calls that are over before anybody listens. */
export const deaf: StreamEvents = { onMessage: () => undefined, onEnd: () => undefined };
