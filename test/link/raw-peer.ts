/** A peer that says whatever a test wants, against a real acceptor. */
import { type ClientHttp2Stream, connect } from 'node:http2';
import { fromBinary } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { OpenResponseSchema } from '../../gen/towline/v1/link_service_pb.ts';
import { memoryCarriers } from '../../src/link/carrier/memory.ts';
import { END_FLAG, EnvelopeReader, envelopeOf } from '../../src/link/envelope.ts';
import { packedSize, packFrame } from '../../src/link/frame/encode.ts';
import type { Frame, OpenFrame } from '../../src/link/frame/frame.ts';
import { Writer } from '../../src/link/frame/writer.ts';
import { makeHello, type OwnHello, Side } from '../../src/link/hello.ts';
import { type LinkLimits, linkLimits } from '../../src/link/limits.ts';
import type { Link } from '../../src/link/link.ts';
import { OPEN_CONTENT_TYPE, OPEN_PATH } from '../../src/link/open.ts';
import { Accepted, linkServer, optionsOf, type TestNode, type TestOptions, testNode } from './support.ts';

export type WireFrame = ReturnType<typeof fromBinary<typeof OpenResponseSchema>>['frames'][number];

export class RawPeer {
  readonly node: TestNode = testNode();
  readonly acceptor: TestNode = testNode();
  readonly accepted = new Accepted();
  readonly binding: Uint8Array;
  readonly stream: ClientHttp2Stream;
  readonly frames: WireFrame[] = [];
  readonly packets: Buffer[] = [];
  endJson: string | undefined;
  readonly status = Promise.withResolvers<number | undefined>();
  readonly ended = Promise.withResolvers<void>();

  constructor(
    options: TestOptions & { isTrusted?: boolean; contentType?: string; headers?: Record<string, string> } = {},
  ) {
    const { isTrusted = true, contentType = OPEN_CONTENT_TYPE, headers = {}, ...more } = options;
    const { dialed, accepted } = memoryCarriers(this.node.nodeId, this.acceptor.nodeId);
    this.binding = dialed.binding;
    const acceptOptions = { ...optionsOf(this.acceptor, more), isTrusted: () => isTrusted };
    linkServer(this.accepted, acceptOptions, () => accepted).emit('connection', accepted.stream);
    const session = connect('http://raw.invalid', { createConnection: () => dialed.stream });
    session.on('error', () => undefined);
    this.stream = session.request(
      { ':method': 'POST', ':path': OPEN_PATH, 'content-type': contentType, ...headers },
      { endStream: false },
    );
    const reader = new EnvelopeReader((flag, payload) => this.#take(flag, payload));
    this.stream.on('response', (headers) => this.status.resolve(headers[':status']));
    this.stream.on('data', (chunk: Buffer) => reader.push(chunk));
    this.stream.on('error', () => undefined);
    this.stream.on('close', () => {
      session.destroy();
      this.ended.resolve();
    });
  }

  #take(flag: number, payload: Buffer): void {
    if (flag === END_FLAG) {
      this.endJson = payload.toString();
      this.stream.end();
      return;
    }
    this.packets.push(Buffer.from(payload));
    this.frames.push(...fromBinary(OpenResponseSchema, payload).frames);
  }

  sendBytes(bytes: Uint8Array): void {
    this.stream.write(bytes);
  }

  /** Sends frames as one packet. */
  send(...frames: Frame[]): void {
    this.sendBytes(packet(...frames));
  }

  hello(change: Partial<OwnHello> = {}, binding = this.binding, limits: Partial<LinkLimits> = {}) {
    const own = { instanceId: this.node.instanceId, software: 'raw/1', ...change };
    return makeHello(this.node, own, { side: Side.DIALER, binding }, { ...linkLimits, ...limits });
  }

  /** Says a good hello; the link of the other side. */
  async open(): Promise<Link> {
    this.send(this.hello());
    return this.accepted.next();
  }

  /** Waits until the other side has sent a frame of this kind. */
  async saw(kind: WireFrame['kind']['case']): Promise<WireFrame> {
    for (;;) {
      const found = this.frames.find((frame) => frame.kind.case === kind);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** The reason and message of the LinkClose that the other side sent. */
  async closeReason(): Promise<[CloseReason, string]> {
    const frame = await this.saw('close');
    if (frame.kind.case !== 'close') return [CloseReason.UNSPECIFIED, ''];
    return [frame.kind.value.reason, frame.kind.value.message];
  }
}

/** Waits until the other side has read everything that was sent before. */
export async function heartbeatAnswered(peer: RawPeer): Promise<void> {
  const answers = () => peer.frames.filter(({ kind }) => kind.case === 'heartbeat' && kind.value.isAnswer).length;
  const before = answers();
  peer.send({ kind: 'heartbeat', streamId: 0, sequence: 1, isAnswer: false });
  await expect.poll(answers, { timeout: 20_000 }).toBeGreaterThan(before);
}

export function packet(...frames: Frame[]): Buffer {
  const writer = new Writer(Buffer.alloc(frames.reduce((sum, frame) => sum + packedSize(frame), 0)));
  for (const frame of frames) packFrame(writer, frame);
  return envelopeOf(0, writer.buffer);
}

export function openFrame(streamId: number, change: Partial<OpenFrame> = {}): OpenFrame {
  return {
    kind: 'open',
    streamId,
    method: 'a.B/C',
    data: undefined,
    more: false,
    halfClose: false,
    timeoutMs: undefined,
    creditMessages: 32,
    creditBytes: 1_048_576,
    metadata: [],
    ...change,
  };
}
