import { protocolBreach } from './breach.ts';
import { EarlyEvents } from './early-events.ts';
import type { CancelFrame, MessageFrame, Metadata, OpenFrame } from './frame/frame.ts';
import type { IncomingStream, StreamAcceptor, StreamEvents, StreamStatus } from './link.ts';
import { checkMetadata, endFrame, StatusCode, statusOf } from './status.ts';
import { checkLength, Stream, type StreamHost } from './stream.ts';

/** The callee's end of a call. */
export class IncomingCall extends Stream implements IncomingStream {
  readonly method: string;
  readonly metadata: readonly Metadata[];
  readonly timeoutMs: number | undefined;
  /** Whoever takes the call, or keeps what happens until somebody does. */
  #listener: StreamEvents | undefined;
  /** The caller said that the message under way is its last. */
  #isLast = false;
  #isHalfClosed = false;
  #isEnding = false;

  constructor(frame: OpenFrame, host: StreamHost) {
    const { creditMessages, creditBytes } = frame;
    const { limits } = host;
    super(
      frame.streamId,
      host,
      { messages: creditMessages, bytes: creditBytes },
      { messages: limits.creditMessages, bytes: limits.creditBytes },
    );
    this.method = frame.method;
    this.metadata = frame.metadata;
    this.timeoutMs = frame.timeoutMs;
  }

  /** Hands the call to whoever takes it. */
  acceptBy(acceptor: StreamAcceptor): void {
    const early = this.#listener;
    this.#listener = acceptor(this);
    if (early instanceof EarlyEvents) early.replay(this.#listener);
  }

  get #events(): StreamEvents {
    this.#listener ??= new EarlyEvents();
    return this.#listener;
  }

  send(data: Uint8Array): Promise<void> | undefined {
    return this.isOver || this.#isEnding ? undefined : this.enqueue(data, undefined);
  }

  sendHeaders(metadata: readonly Metadata[]): void {
    if (this.isOver || this.#isEnding) return;
    checkMetadata(metadata);
    this.host.sendFrame({ kind: 'headers', streamId: this.id, metadata });
  }

  end(status: Omit<StreamStatus, 'lost'>, data?: Uint8Array): void {
    if (this.isOver || this.#isEnding) return;
    if (data) checkLength(data, this.host.limits.messageBytes);
    const frame = endFrame(this.id, status);
    this.#isEnding = true;
    if (this.#endAtOnce(data, frame)) return;
    if (data && this.host.isFull) this.#endUnsent();
    else this.#endWith(data, frame);
  }

  /** The common case: nothing waits, and the answer fits into one frame. */
  #endAtOnce(data: Uint8Array | undefined, frame: ReturnType<typeof endFrame>): boolean {
    if (!data || !this.host.hasRoom || !this.queue.takeWhole(data)) return false;
    frame.data = data;
    this.host.sendFrame(frame);
    this.finish();
    return true;
  }

  #endWith(data: Uint8Array | undefined, frame: ReturnType<typeof endFrame>): void {
    this.queue.push(data, frame);
    if (this.isReady) this.host.schedule(this);
  }

  /** The caller does not read what it asked for, here and on other streams: this answer finds no more room. */
  #endUnsent(): void {
    const why = 'too much waits to be sent on this link';
    this.queue.clear();
    this.#endWith(undefined, endFrame(this.id, statusOf(StatusCode.RESOURCE_EXHAUSTED, why)));
  }

  /** What an Open or a Message carries. */
  receiveData(frame: OpenFrame | MessageFrame): void {
    if (this.#isEnding) return; // what the caller still sends is dropped
    if (this.#isHalfClosed || (this.#isLast && !this.inbox.isInMessage)) throw protocolBreach('a closed half spoke');
    if (frame.data === undefined) this.#receiveNothing(frame);
    if (frame.halfClose) this.#isLast = true;
    if (frame.data) this.#receiveFragment(frame.data, frame.more);
    if (this.#isLast && !frame.more) this.#closeHalf();
  }

  #receiveFragment(data: Uint8Array, more: boolean): void {
    this.receive(data, more);
  }

  protected override deliver(message: Uint8Array): void {
    this.#events.onMessage(message);
  }

  #receiveNothing(frame: OpenFrame | MessageFrame): void {
    if (frame.more || this.inbox.isInMessage) throw protocolBreach('a fragment without data');
    if (frame.kind === 'message' && !frame.halfClose) throw protocolBreach('a message without data');
  }

  #closeHalf(): void {
    this.#isHalfClosed = true;
    if (!this.isOver && !this.#isEnding) this.#events.onHalfClose?.();
  }

  receiveCancel(frame: CancelFrame): void {
    const code = frame.code === 0 ? StatusCode.CANCELED : frame.code;
    this.#over(statusOf(code, 'the caller gave the call up'));
  }

  override fail(status: StreamStatus): void {
    if (!status.lost && !this.isOver) this.host.sendFrame(endFrame(this.id, status));
    this.#over(status);
  }

  #over(status: StreamStatus): void {
    if (this.isOver) return;
    this.finish();
    if (!this.#isEnding) this.#events.onEnd(status);
  }
}
