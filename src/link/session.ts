import { CloseReason, type HelloBody } from '../../gen/towline/v1/frame_pb.ts';
import type { Log } from '../base/log.ts';
import { type Breach, limitBreach, protocolBreach } from './breach.ts';
import type { Carrier } from './carrier/carrier.ts';
import type { Channel, ChannelReceiver } from './channel.ts';
import type { Clock } from './clock.ts';
import { eachFrame } from './frame/decode.ts';
import type { CloseFrame, ControlFrame, Frame, GoAwayFrame, HeartbeatFrame } from './frame/frame.ts';
import { MAX_LINK_MESSAGE_CHARS } from './frame/rules.ts';
import { Heartbeat } from './heartbeat.ts';
import type { LinkLimits } from './limits.ts';
import type {
  Link,
  LinkCounters,
  LinkEnd,
  LinkFlow,
  OpenOptions,
  OutgoingStream,
  StreamAcceptor,
  StreamEvents,
} from './link.ts';
import { Mux } from './mux.ts';
import { Outbox } from './outbox.ts';

/** What a carrier says of itself, without its bytes. */
export type CarrierFacts = Omit<Carrier, 'stream'>;

export interface SessionParts {
  readonly channel: Channel;
  readonly facts: CarrierFacts;
  readonly dialed: boolean;
  /** What the other side said of itself, verified. */
  readonly hello: HelloBody;
  readonly limits: LinkLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** The link has ended: lets go of the carrier. */
  readonly release: (end: LinkEnd) => void;
}

/** A link is open until one side drains or closes it, or its carrier is lost. (Before: `handshake.ts`.) */
type State =
  | { readonly kind: 'open' }
  /** GoAway was sent. `probe`: the heartbeat sent behind it; its answer shows that the other side has seen it. */
  | { readonly kind: 'draining'; readonly probe: number; isSeen: boolean; readonly close: () => void; stop: () => void }
  | { readonly kind: 'closed' };

/** One open link. */
export class LinkSession implements Link, ChannelReceiver {
  readonly #parts: SessionParts;
  readonly #ended = Promise.withResolvers<LinkEnd>();
  readonly #outbox: Outbox;
  readonly #mux: Mux;
  readonly #heartbeat: Heartbeat;
  #state: State = { kind: 'open' };
  #receivedFrames = 0;
  #receivedPackets = 0;
  #onSilence: () => void = () => undefined;
  #onDraining: (reason: CloseReason) => void = () => undefined;
  readonly openTimeMs: number;

  constructor(parts: SessionParts) {
    const { channel, clock, limits, hello, dialed, log } = parts;
    this.#parts = parts;
    this.openTimeMs = clock.timeMs();
    this.#outbox = new Outbox({
      carrierBytes: limits.carrierBytes,
      write: (packet, taken) => channel.write(packet, taken),
      onRoom: () => this.#mux.resume(),
      onMoved: () => this.#heartbeat.moved(),
    });
    this.#mux = new Mux({
      dialed,
      limits,
      log,
      outbox: this.#outbox,
      peerCredit: { messages: hello.initialCreditMessages, bytes: hello.initialCreditBytes },
      onIdle: () => this.#endIfDrained(),
      onIdsUsed: () => void this.drain(CloseReason.REQUESTED, 'the stream ids of this link are used up'),
    });
    this.#heartbeat = new Heartbeat({
      clock,
      limits,
      beat: (sequence) => this.#outbox.add({ kind: 'heartbeat', streamId: 0, sequence, isAnswer: false }),
      opened: () => this.#mux.opened,
      onSilence: () => this.#onSilence(),
      onDead: () => this.#end(CloseReason.HEARTBEAT_TIMEOUT, `nothing was received for ${limits.deadMs / 1_000} s`),
    });
    this.#heartbeat.start();
  }

  get peerNodeId(): Uint8Array {
    return this.#parts.facts.peerNodeId;
  }

  get hello(): HelloBody {
    return this.#parts.hello;
  }

  get dialed(): boolean {
    return this.#parts.dialed;
  }

  get carrier(): string {
    return this.#parts.facts.kind;
  }

  get remoteAddress(): string | undefined {
    return this.#parts.facts.remoteAddress;
  }

  get via(): Uint8Array | undefined {
    return this.#parts.facts.via;
  }

  get closed(): Promise<LinkEnd> {
    return this.#ended.promise;
  }

  get isUsable(): boolean {
    return this.#state.kind === 'open' && this.#mux.mayOpen;
  }

  get isSilent(): boolean {
    return this.#heartbeat.isSilent;
  }

  onSilence(listener: () => void): void {
    this.#onSilence = listener;
  }

  onDraining(listener: (reason: CloseReason) => void): void {
    this.#onDraining = listener;
  }

  open(method: string, events: StreamEvents, options: OpenOptions = {}): OutgoingStream {
    return this.#mux.open(method, events, options);
  }

  accept(acceptor: StreamAcceptor): void {
    this.#mux.accept(acceptor);
  }

  counters(): LinkCounters {
    const { sentBytes, sentFrames, sentPackets } = this.#outbox;
    const { receivedBytes } = this.#parts.channel;
    const { roundTripMs } = this.#heartbeat;
    return {
      streams: this.#mux.size,
      sentBytes,
      sentFrames,
      sentPackets,
      receivedBytes,
      receivedFrames: this.#receivedFrames,
      receivedPackets: this.#receivedPackets,
      roundTripMs,
    };
  }

  flow(): LinkFlow {
    return this.#mux.flow();
  }

  drain(reason: CloseReason, message: string): Promise<LinkEnd> {
    if (this.#state.kind !== 'open') return this.closed;
    const { clock, limits } = this.#parts;
    const text = message.slice(0, MAX_LINK_MESSAGE_CHARS);
    this.#mux.drain();
    this.#outbox.add({ kind: 'goAway', streamId: 0, reason, message: text });
    const close = () => this.close(reason, text);
    this.#state = {
      kind: 'draining',
      probe: this.#heartbeat.beat(),
      isSeen: false,
      close,
      stop: clock.after(limits.drainMs, close),
    };
    this.#onDraining(reason);
    return this.closed;
  }

  close(reason: CloseReason, message: string): void {
    this.#end(reason, message);
  }

  /** Frames that came in the same packet as the hello come here directly. Throws a `Breach`. */
  onFrame(frame: Frame): void {
    if (this.#state.kind === 'closed') return;
    this.#receivedFrames++;
    if (frame.streamId === 0) this.#onControl(frame);
    else if (isControl(frame)) throw protocolBreach(`a frame of kind ${frame.kind} on a stream`);
    else this.#mux.receive(frame);
  }

  /** A packet may take longer than `deadMs` on a slow way: each part of it shows that the other side lives. */
  onBytes(): void {
    this.#heartbeat.received();
  }

  onPacket(packet: Buffer): boolean {
    this.#receivedPackets++;
    this.#mux.isPacketKept = false;
    eachFrame(packet, (frame) => {
      this.onFrame(frame);
      return this.#state.kind !== 'closed';
    });
    if (this.#outbox.unsentBytes > 2 * this.#parts.limits.unsentBytes) {
      throw limitBreach('the other side asks for more than it reads');
    }
    return this.#mux.isPacketKept;
  }

  onBreach(breach: Breach): void {
    this.#end(breach.closeReason, breach.message);
  }

  onEnd(why: string): void {
    this.#finish({ reason: CloseReason.CARRIER_LOST, message: why, remote: false });
  }

  #onControl(frame: Frame): void {
    switch (frame.kind) {
      case 'heartbeat':
        this.#onHeartbeat(frame);
        break;
      case 'goAway':
        this.#onGoAway(frame);
        break;
      case 'close':
        this.#onClose(frame);
        break;
      default:
        throw protocolBreach(`a frame of kind ${frame.kind} on stream 0`);
    }
  }

  #onHeartbeat({ sequence, isAnswer }: HeartbeatFrame): void {
    if (!isAnswer) {
      this.#outbox.add({ kind: 'heartbeat', streamId: 0, sequence, isAnswer: true });
      return;
    }
    this.#heartbeat.answered(sequence);
    if (this.#state.kind !== 'draining' || sequence < this.#state.probe) return;
    this.#state.isSeen = true;
    this.#endIfDrained();
  }

  #onGoAway({ reason, message }: GoAwayFrame): void {
    this.#mux.stopOpening();
    this.#parts.log.debug('the other side drains the link', { reason: reasonName(reason), why: message });
    this.#onDraining(reason);
  }

  #onClose({ reason, message, retryDelayMs }: CloseFrame): void {
    const delay = retryDelayMs === undefined ? {} : { retryDelayMs };
    this.#finish({ reason, message, remote: true, ...delay });
  }

  /** Calls that the other side opened before it saw the GoAway are refused, not lost: so wait until it has. */
  #endIfDrained(): void {
    if (this.#state.kind === 'draining' && this.#state.isSeen && this.#mux.size === 0) this.#state.close();
  }

  /** Ends the link from this side: the other side is told why. */
  #end(reason: CloseReason, message: string): void {
    if (this.#state.kind === 'closed') return;
    const text = message.slice(0, MAX_LINK_MESSAGE_CHARS);
    this.#outbox.add({ kind: 'close', streamId: 0, reason, message: text, retryDelayMs: undefined });
    this.#outbox.flush();
    this.#finish({ reason, message: text, remote: false });
  }

  #finish(how: Omit<LinkEnd, 'timeMs'>): void {
    if (this.#state.kind === 'closed') return;
    if (this.#state.kind === 'draining') this.#state.stop();
    this.#state = { kind: 'closed' };
    this.#heartbeat.stop();
    this.#outbox.close();
    this.#mux.drain();
    const end: LinkEnd = { ...how, timeMs: this.#parts.clock.timeMs() };
    this.#mux.loseAll(`the link ended: ${end.message || reasonName(end.reason)}`);
    this.#parts.channel.finish();
    this.#parts.release(end);
    this.#ended.resolve(end);
  }
}

function isControl(frame: Frame): frame is ControlFrame {
  return frame.kind === 'hello' || frame.kind === 'heartbeat' || frame.kind === 'goAway' || frame.kind === 'close';
}

/** "SHUTDOWN"; a reason of a newer version has no name here. */
function reasonName(reason: CloseReason): string {
  return Object.entries(CloseReason).find(([, value]) => value === reason)?.[0] ?? 'UNSPECIFIED';
}
