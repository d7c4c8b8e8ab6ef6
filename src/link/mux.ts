/** The calls of a link, both ways: which frame belongs to which call, and whether it may come at all. */
import { create, toBinary } from '@bufbuild/protobuf';
import { ErrorInfoSchema } from '../../gen/towline/v1/error_info_pb.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import { IntMap } from '../base/int-map.ts';
import type { Log } from '../base/log.ts';
import { Breach, protocolBreach } from './breach.ts';
import type { Credit } from './credit.ts';
import type { Frame, OpenFrame, StreamFrame } from './frame/frame.ts';
import { MessageTooLong } from './inbox.ts';
import { IncomingCall } from './incoming-call.ts';
import type { LinkLimits } from './limits.ts';
import type { LinkFlow, OpenOptions, OutgoingStream, StreamAcceptor, StreamEvents, StreamStatus } from './link.ts';
import type { Outbox } from './outbox.ts';
import { checkOpen, OutgoingCall } from './outgoing-call.ts';
import { Scheduler } from './scheduler.ts';
import { endFrame, StatusCode, statusOf } from './status.ts';
import type { Stream, StreamHost } from './stream.ts';

/** Ids are used once: a link that comes near the end of them (2^32) must make way for a new one. */
const LAST_ID = 0xffff_ffff - 1_000_000;

export interface MuxParts {
  readonly dialed: boolean;
  readonly limits: LinkLimits;
  /** What the other side's hello grants on each stream that this side opens. */
  readonly peerCredit: Credit;
  readonly outbox: Outbox;
  readonly log: Log;
  /** The last call has ended. */
  readonly onIdle: () => void;
  /** Stream ids run out. */
  readonly onIdsUsed: () => void;
}

export class Mux implements StreamHost {
  readonly backlog = { bytes: 0 };
  /** Whether something of the packet that is being read was handed out. Whoever reads packets sets it back. */
  isPacketKept = false;
  readonly #parts: MuxParts;
  readonly #outgoing = new IntMap<OutgoingCall>();
  readonly #incoming = new IntMap<IncomingCall>();
  readonly #scheduler: Scheduler;
  #nextId: number;
  #lastRemoteId = 0;
  #acceptor: StreamAcceptor | undefined;
  #mayOpen = true;
  #mayAccept = true;

  constructor(parts: MuxParts) {
    this.#parts = parts;
    this.#nextId = parts.dialed ? 1 : 2;
    this.#scheduler = new Scheduler(() => parts.outbox.hasRoom);
  }

  get limits(): LinkLimits {
    return this.#parts.limits;
  }

  get size(): number {
    return this.#outgoing.size + this.#incoming.size;
  }

  get hasRoom(): boolean {
    return this.#parts.outbox.hasRoom;
  }

  /** Calls that this side has opened so far. */
  get opened(): number {
    return this.#nextId >>> 1;
  }

  get isFull(): boolean {
    return this.backlog.bytes + this.#parts.outbox.unsentBytes >= this.limits.unsentBytes;
  }

  /** What flow control allows on all calls together. */
  flow(): LinkFlow {
    const streams = [...this.#outgoing.values(), ...this.#incoming.values()];
    return {
      send: sumOf(streams.map(({ sendCredit }) => sendCredit)),
      receive: sumOf(streams.map(({ receiveCredit }) => receiveCredit)),
      waitingStreams: streams.filter(({ isWaiting }) => isWaiting).length,
      unsentBytes: this.backlog.bytes + this.#parts.outbox.unsentBytes,
    };
  }

  /** Throws LINK_DRAINING, LINK_BUSY, MESSAGE_TOO_LARGE or METADATA_TOO_LARGE; then nothing was sent. */
  open(method: string, events: StreamEvents, options: OpenOptions): OutgoingStream {
    this.#checkRoom();
    checkOpen(options, this.limits.messageBytes);
    const call = new OutgoingCall(this.#nextId, this, this.#parts.peerCredit, events);
    this.#nextId += 2;
    this.#outgoing.set(call.id, call);
    call.start(method, options);
    if (this.#nextId === LAST_ID || this.#nextId === LAST_ID + 1) this.#parts.onIdsUsed();
    return call;
  }

  #checkRoom(): void {
    if (!this.#mayOpen) throw new LocalError('LINK_DRAINING', 'the link takes no more calls: it is about to end');
    if (this.#outgoing.size >= this.limits.streams) throw busy(`${this.limits.streams} calls are under way`);
    if (this.isFull) throw busy('too much waits to be sent');
  }

  accept(acceptor: StreamAcceptor): void {
    this.#acceptor = acceptor;
    for (const call of [...this.#incoming.values()].sort((a, b) => a.id - b.id)) {
      try {
        call.acceptBy(acceptor);
      } catch (error) {
        this.#failed(call, error);
      }
    }
  }

  /** Whether this side may open calls. */
  get mayOpen(): boolean {
    return this.#mayOpen;
  }

  /** The other side asked for no more calls. */
  stopOpening(): void {
    this.#mayOpen = false;
  }

  /** From now on no call begins, on either side. */
  drain(): void {
    this.#mayOpen = false;
    this.#mayAccept = false;
  }

  /** Takes a frame of a stream. Throws a `Breach` for one that has no place there. */
  receive(frame: StreamFrame): void {
    if ((frame.streamId & 1) === (this.#nextId & 1)) this.#receiveAnswer(frame);
    else if (frame.kind === 'open') this.#receiveOpen(frame);
    else this.#receiveCall(frame);
  }

  #receiveAnswer(frame: StreamFrame): void {
    const call = this.#outgoing.get(frame.streamId);
    if (call === undefined) {
      if (frame.kind === 'open') throw protocolBreach(`stream ${frame.streamId} is not the other side's to open`);
      if (frame.streamId >= this.#nextId) throw neverOpened(frame);
      return;
    }
    try {
      answer(call, frame);
    } catch (error) {
      this.#failed(call, error);
    }
  }

  #receiveCall(frame: StreamFrame): void {
    const call = this.#incoming.get(frame.streamId);
    if (call === undefined) {
      if (frame.streamId > this.#lastRemoteId) throw neverOpened(frame);
      return;
    }
    try {
      ask(call, frame);
    } catch (error) {
      this.#failed(call, error);
    }
  }

  #receiveOpen(frame: OpenFrame): void {
    if (frame.streamId <= this.#lastRemoteId) throw protocolBreach(`stream ${frame.streamId} was opened before`);
    this.#lastRemoteId = frame.streamId;
    const refusal = this.#refusal();
    if (refusal) {
      this.sendFrame(endFrame(frame.streamId, refusal));
      return;
    }
    const call = new IncomingCall(frame, this);
    this.#incoming.set(call.id, call);
    try {
      if (this.#acceptor) call.acceptBy(this.#acceptor);
      call.receiveData(frame);
    } catch (error) {
      this.#failed(call, error);
    }
  }

  #refusal(): StreamStatus | undefined {
    if (!this.#mayAccept) return notBegun;
    if (this.#incoming.size < this.limits.streams) return undefined;
    return statusOf(StatusCode.RESOURCE_EXHAUSTED, `at most ${this.limits.streams} calls at a time on a link`);
  }

  /** The error of one call never ends the link: only a `Breach` passes. */
  #failed(call: Stream, error: unknown): void {
    if (error instanceof Breach) throw error;
    this.#fail(call, statusOfError(error, this.limits));
    if (!(error instanceof MessageTooLong)) this.#logFault(call, error);
  }

  #fail(call: Stream, status: StreamStatus): void {
    try {
      call.fail(status);
    } catch (error) {
      this.#logFault(call, error);
    }
  }

  #logFault(call: Stream, error: unknown): void {
    this.#parts.log.error('the owner of a call failed', { stream: call.id, error: messageOf(error) });
  }

  /** The link has ended: every call ends, and its caller cannot know whether it ran. */
  loseAll(message: string): void {
    const status = statusOf(StatusCode.UNAVAILABLE, message, true);
    for (const call of [...this.#outgoing.values(), ...this.#incoming.values()]) this.#fail(call, status);
  }

  /** The carrier has room again. */
  resume(): void {
    this.#scheduler.run();
  }

  sendFrame(frame: Frame): void {
    this.#parts.outbox.add(frame);
  }

  schedule(stream: Stream): void {
    this.#scheduler.add(stream);
  }

  keepPacket(): void {
    this.isPacketKept = true;
  }

  forget(stream: Stream): void {
    if (!this.#outgoing.delete(stream.id)) this.#incoming.delete(stream.id);
    if (this.size === 0) this.#parts.onIdle();
  }
}

function answer(call: OutgoingCall, frame: StreamFrame): void {
  switch (frame.kind) {
    case 'message':
      call.receiveMessage(frame);
      break;
    case 'end':
      call.receiveEnd(frame);
      break;
    case 'credit':
      call.grant(frame);
      break;
    case 'headers':
      call.receiveHeaders(frame);
      break;
    default:
      throw protocolBreach(`a callee sent a frame of kind ${frame.kind}`);
  }
}

function ask(call: IncomingCall, frame: StreamFrame): void {
  switch (frame.kind) {
    case 'message':
      call.receiveData(frame);
      break;
    case 'credit':
      call.grant(frame);
      break;
    case 'cancel':
      call.receiveCancel(frame);
      break;
    default:
      throw protocolBreach(`a caller sent a frame of kind ${frame.kind}`);
  }
}

function sumOf(credits: readonly Credit[]): Credit {
  const sum = { messages: 0, bytes: 0 };
  for (const { messages, bytes } of credits) {
    sum.messages += messages;
    sum.bytes += bytes;
  }
  return sum;
}

function neverOpened(frame: StreamFrame): Breach {
  return protocolBreach(`a frame of kind ${frame.kind} for stream ${frame.streamId}, which nobody opened`);
}

function statusOfError(error: unknown, limits: LinkLimits): StreamStatus {
  return error instanceof MessageTooLong
    ? statusOf(StatusCode.RESOURCE_EXHAUSTED, `a message of a call is at most ${limits.messageBytes} bytes`)
    : statusOf(StatusCode.INTERNAL, 'a fault in the software that took the call');
}

/** The caller may ask again on another link: the reason is the one that it would have had from its own side. */
const notBegun: StreamStatus = {
  ...statusOf(StatusCode.UNAVAILABLE, 'the link is about to end: the call was not begun'),
  details: [
    {
      type: ErrorInfoSchema.typeName,
      value: toBinary(ErrorInfoSchema, create(ErrorInfoSchema, { reason: 'LINK_DRAINING' })),
    },
  ],
};

function busy(why: string): LocalError {
  return new LocalError('LINK_BUSY', `no call can be opened on this link now: ${why}`);
}
