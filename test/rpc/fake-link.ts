/** Two ends of a link in one process: streams with credit for messages, a way to lose it all, and nothing else. */
import { create } from '@bufbuild/protobuf';
import { CloseReason, HelloBodySchema } from '../../gen/towline/v1/frame_pb.ts';
import type {
  IncomingStream,
  Link,
  OpenOptions,
  OutgoingStream,
  StreamAcceptor,
  StreamEvents,
  StreamStatus,
} from '../../src/link/link.ts';

const CREDIT = 32;
const NOTHING: Omit<StreamStatus, 'lost'> = { code: 0, message: '', details: [], trailers: [] };

/** The dialer calls the acceptor. */
export function fakeLinkPair(): { dialer: Link; acceptor: Link; lose(): void } {
  const calls = new Set<FakeCall>();
  let acceptor: StreamAcceptor | undefined;
  const dialer = fakeLink((method, events, options = {}) => {
    const call = new FakeCall(events, () => calls.delete(call));
    calls.add(call);
    post(() => call.begin(acceptor, method, options));
    return call.outgoing();
  });
  const accepting = {
    ...fakeLink(() => {
      throw new Error('the acceptor of a fake link does not call');
    }),
    accept: (taker: StreamAcceptor) => {
      acceptor = taker;
    },
  };
  const lose = () => {
    for (const call of calls) call.lose();
  };
  return { dialer, acceptor: accepting, lose };
}

/** Frames arrive in a later turn, in order. */
function post(deliver: () => void): void {
  queueMicrotask(deliver);
}

/** Messages one way: sent while there is credit, else when it comes. */
class Lane {
  readonly #deliver: (data: Uint8Array) => void;
  #credit = CREDIT;
  #waiting: { data: Uint8Array; sent: () => void }[] = [];

  constructor(deliver: (data: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  send(data: Uint8Array): Promise<void> | undefined {
    if (this.#credit > 0) {
      this.#credit--;
      post(() => this.#deliver(data));
      return undefined;
    }
    return new Promise((sent) => this.#waiting.push({ data, sent }));
  }

  grant(): void {
    this.#credit++;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.send(next.data);
    next.sent();
  }
}

class FakeCall {
  readonly #caller: StreamEvents;
  readonly #forget: () => void;
  #callee: StreamEvents | undefined;
  #callerOver = false;
  #calleeOver = false;
  readonly #toCallee = new Lane((data) => this.#calleeOver || this.#callee?.onMessage(data));
  readonly #toCaller = new Lane((data) => this.#callerOver || this.#caller.onMessage(data));

  constructor(caller: StreamEvents, forget: () => void) {
    this.#caller = caller;
    this.#forget = forget;
  }

  begin(acceptor: StreamAcceptor | undefined, method: string, options: OpenOptions): void {
    if (this.#callerOver || acceptor === undefined) return;
    const { metadata = [], timeoutMs, data, halfClose } = options;
    this.#callee = acceptor({ ...this.#incoming(), method, metadata, timeoutMs });
    if (data && !this.#calleeOver) this.#callee.onMessage(data);
    if (halfClose && !this.#calleeOver) this.#callee.onHalfClose?.();
  }

  outgoing(): OutgoingStream {
    return {
      id: 1,
      send: (data) => this.#toCallee.send(data),
      consumed: () => post(() => this.#toCaller.grant()),
      halfClose: () => post(() => this.#calleeOver || this.#callee?.onHalfClose?.()),
      cancel: (code) => {
        this.#callerOver = true;
        post(() => this.#endCallee({ ...NOTHING, code, lost: false }));
      },
    };
  }

  #incoming(): Omit<IncomingStream, 'method' | 'metadata' | 'timeoutMs'> {
    return {
      id: 1,
      send: (data) => this.#toCaller.send(data),
      consumed: () => post(() => this.#toCallee.grant()),
      sendHeaders: (metadata) => post(() => this.#callerOver || this.#caller.onHeaders?.(metadata)),
      end: (status, data) => {
        this.#calleeOver = true;
        post(() => {
          if (data && !this.#callerOver) this.#caller.onMessage(data);
          this.#endCaller({ ...status, lost: false });
        });
      },
    };
  }

  lose(): void {
    const status = { ...NOTHING, message: 'pulled out', lost: true };
    this.#endCaller(status);
    this.#endCallee(status);
  }

  #endCaller(status: StreamStatus): void {
    if (this.#callerOver) return;
    this.#callerOver = true;
    this.#forget();
    this.#caller.onEnd(status);
  }

  #endCallee(status: StreamStatus): void {
    if (this.#calleeOver) return;
    this.#calleeOver = true;
    this.#callee?.onEnd(status);
  }
}

function fakeLink(open: Link['open']): Link {
  const end = { reason: CloseReason.REQUESTED, message: '', remote: false, timeMs: 0 };
  return {
    peerNodeId: new Uint8Array(32),
    hello: create(HelloBodySchema),
    dialed: true,
    carrier: 'memory',
    remoteAddress: undefined,
    via: undefined,
    openTimeMs: 0,
    isUsable: true,
    isSilent: false,
    onSilence: () => undefined,
    onDraining: () => undefined,
    open,
    accept: () => undefined,
    counters: () => ({
      streams: 0,
      sentBytes: 0,
      receivedBytes: 0,
      sentFrames: 0,
      sentPackets: 0,
      receivedFrames: 0,
      receivedPackets: 0,
      roundTripMs: undefined,
    }),
    flow: () => ({
      send: { messages: 0, bytes: 0 },
      receive: { messages: 0, bytes: 0 },
      waitingStreams: 0,
      unsentBytes: 0,
    }),
    drain: async () => end,
    close: () => undefined,
    closed: Promise.resolve(end),
  };
}
