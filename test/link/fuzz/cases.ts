/** One case of the fuzzer: a link or a handshake, and a peer that says mutated things to it. A seed makes it again. */
import { create, toBinary } from '@bufbuild/protobuf';
import { CloseReason, type HelloBody, HelloBodySchema } from '../../../gen/towline/v1/frame_pb.ts';
import { LocalError } from '../../../src/base/errors.ts';
import { createLog, type LogRecord } from '../../../src/base/log.ts';
import { ENVELOPE_HEADER_BYTES, envelopeOf } from '../../../src/link/envelope.ts';
import type { HelloFrame } from '../../../src/link/frame/frame.ts';
import { shakeHands } from '../../../src/link/handshake.ts';
import { type HelloSigner, Side } from '../../../src/link/hello.ts';
import { linkLimits } from '../../../src/link/limits.ts';
import type { IncomingStream, Link, LinkEnd, StreamEvents } from '../../../src/link/link.ts';
import { LinkSession } from '../../../src/link/session.ts';
import { privateKeyOf, rawPublicKey, sign } from '../../../src/trust/signature.ts';
import { Random } from '../../support/random.ts';
import { ManualClock } from '../manual-clock.ts';
import { packet } from '../raw-peer.ts';
import { ok } from '../support.ts';
import { randomFrame, type Talk } from './frames.ts';
import { mutated } from './mutate.ts';
import { Wire } from './wire.ts';

const node = signerOf(1);
const peer = signerOf(2);
const binding = new Uint8Array(32).fill(7);
const facts = { kind: 'memory' as const, binding, peerNodeId: peer.nodeId };
const goodBody = Buffer.from(
  toBinary(
    HelloBodySchema,
    create(HelloBodySchema, {
      nodeId: peer.nodeId,
      minVersion: 1,
      maxVersion: 1,
      nonce: new Uint8Array(16).fill(3),
      instanceId: new Uint8Array(16).fill(4),
      initialCreditMessages: 32,
      initialCreditBytes: 1_048_576,
      features: ['f'],
      software: 'fuzz/1',
      displayName: 'peer',
      addresses: ['h:1'],
    }),
  ),
);
const limits = { ...linkLimits, streams: 8, messageBytes: 200_000, unsentBytes: 400_000 };

/** Faults of the link's own: nothing that a peer says may lead to one. */
class Faults {
  readonly found: string[] = [];
  readonly log = createLog(
    ({ message, fields }: LogRecord) => this.found.push(`${message} ${JSON.stringify(fields)}`),
    'error',
  );
}

/** Packets on an open link. Throws what went wrong. */
export async function fuzzPackets(seed: number): Promise<void> {
  const random = new Random(seed);
  const [wire, clock, faults] = [new Wire(), new ManualClock(), new Faults()];
  const dialed = random.oneIn(2);
  const channel = wire.channel(dialed ? 'dialer' : 'acceptor');
  const hello = helloOf(random);
  const released: CloseReason[] = [];
  const release = ({ reason }: { reason: CloseReason }) => void released.push(reason);
  const link = new LinkSession({ channel, facts, dialed, hello, limits, clock, log: faults.log, release });
  channel.receiver = link;
  if (!random.oneIn(8)) link.accept((stream) => owner(random, stream));
  callOut(random, link);
  wire.isRead = !random.oneIn(10);
  const talk: Talk = { nextId: dialed ? 2 : 1 };
  for (let count = 1 + random.below(4); count > 0; count--) {
    say(random, wire, mutatedPacket(random, talk));
    if (random.oneIn(4)) await turn();
  }
  await turn();
  if (random.oneIn(3)) wire.emit(random.oneIn(2) ? 'end' : 'close');
  link.close(CloseReason.REQUESTED, 'the case is over');
  const end = await link.closed;
  judge(faults, clock, wire, released, end);
  if (link.counters().streams !== 0) throw new Error('calls are left behind');
}

/** Hellos to a handshake, either side. Throws what went wrong. */
export async function fuzzHello(seed: number): Promise<void> {
  const random = new Random(seed);
  const [wire, clock, faults] = [new Wire(), new ManualClock(), new Faults()];
  const dialed = random.oneIn(2);
  const channel = wire.channel(dialed ? 'dialer' : 'acceptor');
  const released: CloseReason[] = [];
  const release = (reason: CloseReason) => void released.push(reason);
  const hello = () => ({ instanceId: new Uint8Array(16), software: 'test/1' });
  const options = { identity: node, hello, clock, log: faults.log, limits };
  const shaken = shakeHands({ channel, facts, dialed, options, release }).then(
    (link) => link.closed,
    (error: unknown) => refusalOf(error),
  );
  const side = dialed ? Side.ACCEPTOR : Side.DIALER;
  const frame = signed(goodBody, side);
  const talk: Talk = { nextId: dialed ? 2 : 1 };
  const more = random.oneIn(2) ? [randomFrame(random, talk)] : [];
  const first = random.oneIn(4) ? signed(mutated(random, goodBody), side) : frame;
  const isSilent = random.oneIn(6);
  if (!isSilent) say(random, wire, harmed(random, packet(first, ...more)));
  if (!isSilent && random.oneIn(2)) say(random, wire, mutatedPacket(random, talk));
  if (random.oneIn(3)) await clock.advance(limits.helloMs);
  if (random.oneIn(3)) say(random, wire, packet(frame));
  wire.emit('end');
  const end = await shaken;
  if (end instanceof Error) throw end;
  judge(faults, clock, wire, released, end);
}

function judge(
  faults: Faults,
  clock: ManualClock,
  wire: Wire,
  released: CloseReason[],
  end: LinkEnd | undefined,
): void {
  if (faults.found.length > 0) throw new Error(`the link found a fault of its own: ${faults.found.join()}`);
  if (end?.reason === CloseReason.INTERNAL && !end.remote) throw new Error(end.message);
  if (released.length !== 1) throw new Error(`the carrier was let go of ${released.length} times`);
  if (clock.pending > 0) throw new Error(`${clock.pending} timers are left`);
  wire.readBack();
}

/** A refusal is as good as an end; any other error is a fault. */
function refusalOf(error: unknown): Error | undefined {
  const isRefusal = error instanceof LocalError && error.reason.startsWith('LINK_') && error.reason !== 'LINK_INTERNAL';
  return isRefusal ? undefined : new Error('the handshake failed by itself', { cause: error });
}

/** The owner of a call that does what services do: reads or not, answers or not. */
function owner(random: Random, stream: IncomingStream): StreamEvents {
  if (random.oneIn(8)) stream.sendHeaders([{ name: 'h', value: 'v' }]);
  return {
    onMessage(data) {
      if (random.oneIn(2)) stream.consumed(data.length);
      if (random.oneIn(3)) void stream.send(new Uint8Array(random.below(2_000)));
      if (random.oneIn(6)) stream.end(ok, data);
    },
    onHalfClose: () => stream.end(ok),
    onEnd: () => undefined,
  };
}

/** A few calls of this side, so that answers have something to answer. */
function callOut(random: Random, link: Link): void {
  for (let count = random.below(3); count > 0; count--) {
    const stream = link.open(
      'a.B/C',
      { onMessage: (data) => stream.consumed(data.length), onEnd: () => undefined },
      { data: new Uint8Array(random.below(3_000)), halfClose: random.oneIn(2) },
    );
    if (random.oneIn(6)) stream.cancel(1);
  }
}

function mutatedPacket(random: Random, talk: Talk): Buffer {
  const frames = Array.from({ length: 1 + random.below(5) }, () => randomFrame(random, talk));
  return harmed(random, packet(...frames));
}

/** Mostly the payload is harmed and its envelope told the truth; else nothing would get beyond the envelope. */
function harmed(random: Random, envelope: Buffer): Buffer {
  if (random.oneIn(8)) return mutated(random, envelope);
  return envelopeOf(0, mutated(random, envelope.subarray(ENVELOPE_HEADER_BYTES)));
}

/** In one piece, or in several. */
function say(random: Random, wire: Wire, bytes: Buffer): void {
  const cut = random.oneIn(4) ? random.below(bytes.length + 1) : bytes.length;
  if (cut > 0) wire.emit('data', bytes.subarray(0, cut));
  if (cut < bytes.length) wire.emit('data', bytes.subarray(cut));
}

/** With a good signature whatever the body says: what a hostile peer with a trusted key can send. */
function signed(body: Uint8Array, side: number): HelloFrame {
  const signature = peer.sign('towline-link-v1', Uint8Array.of(side), binding, body);
  return { kind: 'hello', streamId: 0, body, signature };
}

function helloOf(random: Random): HelloBody {
  const initialCreditMessages = random.oneIn(4) ? 2 ** 31 - 1 : 32;
  return create(HelloBodySchema, { nodeId: peer.nodeId, initialCreditMessages, initialCreditBytes: 1_048_576 });
}

/** A node whose key is always the same: a seed must make the same bytes again. */
function signerOf(byte: number): HelloSigner {
  const key = privateKeyOf(new Uint8Array(32).fill(byte));
  return { nodeId: rawPublicKey(key), sign: (domain, ...parts) => sign(key, domain, ...parts) };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
