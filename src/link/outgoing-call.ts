import { protocolBreach } from './breach.ts';
import type { Credit } from './credit.ts';
import type { EndFrame, HeadersFrame, MessageFrame, OpenFrame } from './frame/frame.ts';
import type { OpenOptions, OutgoingStream, StreamEvents, StreamStatus } from './link.ts';
import type { First } from './send-queue.ts';
import { checkMetadata, StatusCode } from './status.ts';
import { checkLength, Stream, type StreamHost } from './stream.ts';

/** The caller's end of a call. */
export class OutgoingCall extends Stream implements OutgoingStream {
  readonly #events: StreamEvents;
  #hasHeaders = false;
  #hasMessage = false;
  #isHalfClosed = false;

  constructor(id: number, host: StreamHost, sendCredit: Credit, events: StreamEvents) {
    super(id, host, sendCredit, { messages: host.limits.creditMessages, bytes: host.limits.creditBytes });
    this.#events = events;
  }

  /** Sends the Open, with the first message or what may go of it. */
  start(method: string, options: OpenOptions): void {
    const { data, halfClose = false, metadata = [], timeoutMs } = options;
    const { creditMessages, creditBytes } = this.host.limits;
    this.#isHalfClosed = halfClose;
    const first = data && this.#first(data, halfClose);
    const frame: OpenFrame = {
      kind: 'open',
      streamId: this.id,
      method,
      data: first?.data,
      more: first?.more ?? false,
      halfClose: data ? (first?.halfClose ?? false) : halfClose,
      timeoutMs,
      creditMessages,
      creditBytes,
      metadata,
    };
    this.host.sendFrame(frame);
    if (this.queue.isReady) this.host.schedule(this);
  }

  /** What goes of the first message at once; the rest, or all of it, waits. */
  #first(data: Uint8Array, halfClose: boolean): First | undefined {
    const { hasRoom } = this.host;
    if (hasRoom && this.queue.takeWhole(data)) return { data, more: false, halfClose };
    this.queue.push(data, halfClose ? 'halfClose' : undefined);
    return hasRoom ? this.queue.takeFirst() : undefined;
  }

  send(data: Uint8Array, halfClose = false): Promise<void> | undefined {
    if (this.isOver || this.#isHalfClosed) return undefined;
    const sent = this.enqueue(data, halfClose ? 'halfClose' : undefined);
    this.#isHalfClosed = halfClose;
    return sent;
  }

  halfClose(): void {
    if (this.isOver || this.#isHalfClosed) return;
    this.#isHalfClosed = true;
    this.queue.push(undefined, 'halfClose');
    if (this.isReady) this.host.schedule(this);
  }

  cancel(code: number): void {
    if (this.isOver) return;
    this.host.sendFrame({ kind: 'cancel', streamId: this.id, code });
    this.finish();
  }

  receiveHeaders(frame: HeadersFrame): void {
    if (this.#hasHeaders || this.#hasMessage) throw protocolBreach('response headers came twice, or after a message');
    this.#hasHeaders = true;
    this.#events.onHeaders?.(frame.metadata);
  }

  receiveMessage(frame: MessageFrame): void {
    if (frame.halfClose || !frame.data) throw protocolBreach('the callee closed the caller’s half');
    this.#hasMessage = true;
    this.receive(frame.data, frame.more);
  }

  protected override deliver(message: Uint8Array): void {
    this.#events.onMessage(message);
  }

  receiveEnd(frame: EndFrame): void {
    if (frame.data) this.receive(frame.data, false);
    else if (frame.code === 0 && this.inbox.isInMessage) throw protocolBreach('a call ended within a message');
    if (this.isOver) return; // the owner gave up when it saw the message
    this.finish();
    const { code, message, details, trailers } = frame;
    if (details.length > 0) this.host.keepPacket();
    this.#events.onEnd({ code, message, details, trailers, lost: false });
  }

  override fail(status: StreamStatus): void {
    if (this.isOver) return;
    if (!status.lost) this.host.sendFrame({ kind: 'cancel', streamId: this.id, code: StatusCode.CANCELED });
    this.finish();
    this.#events.onEnd(status);
  }
}

/** Throws what `Link.open` says, before anything is sent. */
export function checkOpen(options: OpenOptions, maxBytes: number): void {
  if (options.data) checkLength(options.data, maxBytes);
  if (options.metadata) checkMetadata(options.metadata);
}
