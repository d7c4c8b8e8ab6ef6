// A dialer as somebody would write it in another language: from docs/WIRE.md and the schema, with nothing of src/link.
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from 'node:crypto';
import { type ClientHttp2Stream, connect } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  CloseReason,
  type Frame,
  type FrameSchema,
  type HelloBody,
  HelloBodySchema,
} from '../../gen/towline/v1/frame_pb.ts';
import { OpenRequestSchema, OpenResponseSchema } from '../../gen/towline/v1/link_service_pb.ts';
import type { TlsIdentity } from '../../src/trust/tls-identity.ts';
import { listen, serveBy, serveEcho, testNode } from './support.ts';

/** The fixed first bytes of an Ed25519 public key in SPKI (RFC 8410): the 32 bytes of the key follow. */
const SPKI_BYTES = 12;
const DIALER = 1;
const ACCEPTOR = 2;

class ForeignLink {
  readonly #stream: ClientHttp2Stream;
  #bytes = Buffer.alloc(0);
  readonly #frames: Frame[] = [];
  #wake: () => void = () => undefined;
  /** The JSON of the last envelope. */
  end = '';

  constructor(stream: ClientHttp2Stream) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 5 && this.#bytes.length >= 5 + this.#bytes.readUInt32BE(1)) {
      const payload = this.#bytes.subarray(5, 5 + this.#bytes.readUInt32BE(1));
      if (this.#bytes[0] === 0) this.#frames.push(...fromBinary(OpenResponseSchema, payload).frames);
      else this.end = payload.toString();
      this.#bytes = this.#bytes.subarray(5 + payload.length);
    }
    this.#wake();
  }

  send(...frames: MessageInitShape<typeof FrameSchema>[]): void {
    const payload = toBinary(OpenRequestSchema, create(OpenRequestSchema, { frames }));
    const header = Buffer.alloc(5);
    header.writeUInt32BE(payload.length, 1);
    this.#stream.write(Buffer.concat([header, payload]));
  }

  /** The next frame that is no heartbeat; those are answered. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.#frames.shift();
      if (frame?.kind.case === 'heartbeat') {
        const { sequence, isAnswer } = frame.kind.value;
        if (!isAnswer) this.send({ kind: { case: 'heartbeat', value: { sequence, isAnswer: true } } });
      } else if (frame) return frame;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  close(): void {
    this.send({ kind: { case: 'close', value: { reason: CloseReason.REQUESTED, message: 'done' } } });
    this.#stream.end();
  }
}

async function secure(address: string, identity: TlsIdentity): Promise<TLSSocket> {
  const [host = '', port] = address.split(':');
  const socket = connectTls({
    host,
    port: Number(port),
    ...identity,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
    sigalgs: 'ed25519',
  });
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return socket;
}

const rawKey = (pem: string) =>
  new Uint8Array(createPublicKey(pem).export({ type: 'spki', format: 'der' }).subarray(SPKI_BYTES));

/** What both hellos sign: §3. */
const signed = (side: number, binding: Buffer, body: Uint8Array) =>
  Buffer.concat([Buffer.from('towline-link-v1'), Buffer.of(0, side), binding, body]);

/** §1 to §3. Ends as the test does. */
async function openLink(address: string): Promise<{ link: ForeignLink; hello: HelloBody; socket: TLSSocket }> {
  const identity = await testNode().tls();
  const socket = await secure(address, identity);
  const binding = socket.exportKeyingMaterial(32, 'EXPORTER-towline-link-v1', Buffer.alloc(0));
  const session = connect('http://any.invalid', { createConnection: () => socket });
  session.on('error', () => undefined);
  const stream = session.request(
    {
      ':method': 'POST',
      ':path': '/towline.v1.LinkService/Open',
      'content-type': 'application/connect+proto',
      'connect-protocol-version': '1',
    },
    { endStream: false },
  );
  const link = new ForeignLink(stream);
  const body = toBinary(
    HelloBodySchema,
    create(HelloBodySchema, {
      nodeId: rawKey(identity.key),
      minVersion: 1,
      maxVersion: 1,
      nonce: randomBytes(16),
      instanceId: randomBytes(16),
      initialCreditMessages: 2,
      initialCreditBytes: 100_000,
    }),
  );
  const signature = sign(null, signed(DIALER, binding, body), createPrivateKey(identity.key));
  link.send({ kind: { case: 'hello', value: { body, signature } } });
  const answer = await link.next();
  if (answer.kind.case !== 'hello') throw new Error(`the first frame is ${answer.kind.case}`);
  const hello = fromBinary(HelloBodySchema, answer.kind.value.body);
  const key = socket.getPeerX509Certificate()?.publicKey;
  const said = signed(ACCEPTOR, binding, answer.kind.value.body);
  if (!key || !verify(null, said, key, answer.kind.value.signature)) throw new Error('not who it says');
  const shown = rawKey(key.export({ type: 'spki', format: 'pem' }).toString());
  expect(Buffer.compare(hello.nodeId, shown)).toBe(0);
  return { link, hello, socket };
}

describe('a dialer written from the page', () => {
  it('opens a link, calls, is called, and closes', async () => {
    await using server = await listen(testNode());
    const { link, hello } = await openLink(server.address);
    expect([hello.minVersion, hello.initialCreditMessages]).toEqual([1, 32]);
    const accepted = await server.accepted.next();
    serveEcho(accepted);

    const data = Buffer.from('hello there');
    const open = { method: 'a.B/C', data, halfClose: true, creditMessages: 1, creditBytes: 1_000 };
    link.send({ streamId: 1, kind: { case: 'open', value: open } });
    expect(await link.next()).toMatchObject({ streamId: 1, kind: { case: 'end', value: { code: 0, data } } });

    const answered = Promise.withResolvers<string>();
    const events = {
      onMessage: (message: Uint8Array) => answered.resolve(Buffer.from(message).toString()),
      onEnd: () => undefined,
    };
    accepted.open('d.E/F', events, { data: Buffer.from('your turn'), halfClose: true });
    const call = await link.next();
    expect(call).toMatchObject({ streamId: 2, kind: { case: 'open', value: { method: 'd.E/F', halfClose: true } } });
    link.send({ streamId: 2, kind: { case: 'end', value: { data: Buffer.from('my answer') } } });
    expect(await answered.promise).toBe('my answer');

    link.close();
    expect(await accepted.closed).toMatchObject({ reason: CloseReason.REQUESTED, message: 'done', remote: true });
  });

  it('sends and takes a message far beyond its window, in fragments, by credit', async () => {
    await using server = await listen(testNode());
    const { link, hello, socket } = await openLink(server.address);
    serveEcho(await server.accepted.next());
    const data = randomBytes(3_000_000);
    let credit = hello.initialCreditBytes;
    let sent = 0;
    const received: Uint8Array[] = [];
    const fragment = () => {
      const size = Math.min(65_536, credit, data.length - sent);
      const part = data.subarray(sent, sent + size);
      credit -= size;
      sent += size;
      return { data: part, more: sent < data.length };
    };
    const first = fragment();
    const open = { method: 'a.B/C', ...first, halfClose: true, creditMessages: 1, creditBytes: 100_000 };
    link.send({ streamId: 1, kind: { case: 'open', value: open } });
    for (;;) {
      while (credit > 0 && sent < data.length) link.send({ streamId: 1, kind: { case: 'message', value: fragment() } });
      const { kind } = await link.next();
      if (kind.case === 'credit') credit += kind.value.bytes;
      if (kind.case !== 'message' && kind.case !== 'end') continue;
      const part = kind.value.data ?? new Uint8Array();
      received.push(part);
      if (kind.case === 'end') break;
      link.send({ streamId: 1, kind: { case: 'credit', value: { bytes: part.length } } });
    }
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(digest(Buffer.concat(received))).toBe(digest(data));
    socket.destroy();
  });

  it('sees a link drained: its call goes on, a new one is told to go elsewhere', async () => {
    await using server = await listen(testNode());
    const { link } = await openLink(server.address);
    const accepted = await server.accepted.next();
    const begun = Promise.withResolvers<void>();
    serveBy(accepted, (stream) => {
      begun.resolve();
      return {
        onMessage: () => stream.end({ code: 0, message: '', details: [], trailers: [] }),
        onEnd: () => undefined,
      };
    });
    const open = { method: 'a.B/C', creditMessages: 1, creditBytes: 1_000 };
    link.send({ streamId: 1, kind: { case: 'open', value: open } });
    await begun.promise;
    const drained = accepted.drain(CloseReason.SHUTDOWN, 'good night');
    expect(await link.next()).toMatchObject({ kind: { case: 'goAway', value: { message: 'good night' } } });
    link.send({ streamId: 3, kind: { case: 'open', value: open } });
    expect(await link.next()).toMatchObject({ streamId: 3, kind: { case: 'end', value: { code: 14 } } });
    link.send({ streamId: 1, kind: { case: 'message', value: { data: Buffer.of(1), halfClose: true } } });
    expect(await link.next()).toMatchObject({ streamId: 1, kind: { case: 'end', value: { code: 0 } } });
    // reads on, and so answers the heartbeat behind the GoAway
    expect(await link.next()).toMatchObject({ kind: { case: 'close', value: { reason: CloseReason.SHUTDOWN } } });
    expect(await drained).toMatchObject({ remote: false });
    await expect.poll(() => link.end).toBe('{}');
    link.close();
  });
});
