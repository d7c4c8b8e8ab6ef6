/** From a fresh carrier to a link: both hellos, or a reason why not. */
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import { type Log, silentLog } from '../base/log.ts';
import { Breach, protocolBreach } from './breach.ts';
import type { Channel, ChannelReceiver } from './channel.ts';
import { type Clock, systemClock } from './clock.ts';
import { envelopeOf, PACKET_FLAG } from './envelope.ts';
import { eachFrame } from './frame/decode.ts';
import { packedSize, packFrame } from './frame/encode.ts';
import type { Frame } from './frame/frame.ts';
import { Writer } from './frame/writer.ts';
import { type HelloSigner, makeHello, type OwnHello, Side, verifyHello } from './hello.ts';
import { type LinkLimits, linkLimits } from './limits.ts';
import type { LinkEnd } from './link.ts';
import { giveUpError, refusalError, refusalJson } from './refusal.ts';
import { type CarrierFacts, LinkSession } from './session.ts';

/** How this node opens and accepts links. */
export interface LinkOptions {
  readonly identity: HelloSigner;
  /** What this node says of itself; asked for each hello. */
  readonly hello: () => OwnHello;
  readonly limits?: Partial<LinkLimits> | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Log | undefined;
}

export interface HandshakeParts {
  readonly channel: Channel;
  readonly facts: CarrierFacts;
  readonly dialed: boolean;
  readonly options: LinkOptions;
  /** There is no link, or no longer: lets go of the carrier. */
  readonly release: (reason: CloseReason) => void;
}

/** Resolves to the open link. Rejects with a `LocalError` whose reason says why there is none. */
export function shakeHands(parts: HandshakeParts, signal?: AbortSignal): Promise<LinkSession> {
  const handshake = new Handshake(parts);
  const onAbort = () => handshake.giveUp(CloseReason.REQUESTED, 'the dial was given up', signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  handshake.start();
  if (signal?.aborted) onAbort();
  return handshake.done.finally(() => signal?.removeEventListener('abort', onAbort));
}

class Handshake implements ChannelReceiver {
  readonly #parts: HandshakeParts;
  readonly #limits: LinkLimits;
  readonly #clock: Clock;
  readonly #outcome = Promise.withResolvers<LinkSession>();
  #session: LinkSession | undefined;
  #isOver = false;
  #stopTimer: () => void = () => undefined;

  constructor(parts: HandshakeParts) {
    this.#parts = parts;
    this.#limits = { ...linkLimits, ...parts.options.limits };
    this.#clock = parts.options.clock ?? systemClock;
  }

  get done(): Promise<LinkSession> {
    return this.#outcome.promise;
  }

  start(): void {
    const { helloMs } = this.#limits;
    this.#stopTimer = this.#clock.after(helloMs, () =>
      this.giveUp(CloseReason.HELLO_TIMEOUT, `no hello came in ${helloMs / 1_000} s`),
    );
    this.#parts.channel.receiver = this;
    if (this.#parts.dialed) this.#sendHello();
  }

  /** The hello is kept, and what comes with it may be. */
  onPacket(packet: Buffer): boolean {
    if (this.#isOver) return false; // given up: the carrier still brings what was under way
    eachFrame(packet, (frame) => {
      if (this.#session) this.#session.onFrame(frame);
      else this.#onFirst(frame);
      return !this.#isOver || this.#session !== undefined;
    });
    return true;
  }

  /** The first frame: the hello, or the reason why the other side wants no link. */
  #onFirst(frame: Frame): void {
    if (frame.streamId !== 0 || frame.kind !== 'hello')
      throw protocolBreach(`the first frame is of kind ${frame.kind}`);
    const { channel, dialed, facts, options } = this.#parts;
    const side = dialed ? Side.ACCEPTOR : Side.DIALER;
    const hello = verifyHello(frame, { side, binding: facts.binding }, facts.peerNodeId);
    if (equalBytes(hello.nodeId, options.identity.nodeId)) {
      throw new Breach(CloseReason.BAD_HELLO, 'a node has no link to itself');
    }
    if (!dialed) this.#sendHello();
    this.#end();
    const { log = silentLog } = options;
    const release = (end: LinkEnd) => this.#parts.release(end.reason);
    const parts = { channel, facts, dialed, hello, limits: this.#limits, clock: this.#clock, log, release };
    this.#session = new LinkSession(parts);
    channel.receiver = this.#session;
    this.#outcome.resolve(this.#session);
  }

  onBreach(breach: Breach): void {
    if (this.#session) this.#session.onBreach(breach);
    else this.giveUp(breach.closeReason, breach.message);
  }

  onEnd(why: string, end: Buffer | undefined): void {
    const refused = end && refusalError(end);
    if (this.#isOver || !refused) {
      this.giveUp(CloseReason.CARRIER_LOST, why);
      return;
    }
    this.#end();
    this.#parts.release(CloseReason.UNSPECIFIED);
    this.#outcome.reject(refused);
  }

  /** There will be no link; the other side is told why. */
  giveUp(reason: CloseReason, message: string, cause?: unknown): void {
    if (this.#isOver) return;
    this.#end();
    const { channel, dialed, release } = this.#parts;
    if (dialed) channel.write(packetOf({ kind: 'close', streamId: 0, reason, message, retryDelayMs: undefined }), noop);
    channel.finish(refusalJson(reason, message));
    release(reason);
    this.#outcome.reject(giveUpError(reason, message, cause));
  }

  #end(): void {
    this.#isOver = true;
    this.#stopTimer();
  }

  #sendHello(): void {
    const { channel, dialed, facts, options } = this.#parts;
    const context = { side: dialed ? Side.DIALER : Side.ACCEPTOR, binding: facts.binding };
    channel.write(packetOf(makeHello(options.identity, options.hello(), context, this.#limits)), noop);
  }
}

/** One frame as a packet of its own. */
function packetOf(frame: Frame): Buffer {
  const writer = new Writer(Buffer.alloc(packedSize(frame)));
  packFrame(writer, frame);
  return envelopeOf(PACKET_FLAG, writer.buffer);
}

function noop(): void {}
