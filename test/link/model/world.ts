/** Both ends of a link under a random sequence of deeds, beside a model that says what must come of them. */
import { expect } from 'vitest';
import { CloseReason } from '../../../gen/towline/v1/frame_pb.ts';
import type { IncomingStream, LinkEnd, OutgoingStream } from '../../../src/link/link.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryPair, type Pair } from '../support.ts';
import { checkCall, checkEnds, isOpenAt, type ModelCall, type SideIndex } from './call.ts';
import { CallEnd, modelLimits } from './end.ts';

/** One thing that somebody does. `pick` chooses among what there is. */
export interface Deed {
  readonly kind:
    | 'open'
    | 'send'
    | 'halfClose'
    | 'answer'
    | 'end'
    | 'cancel'
    | 'consume'
    | 'consumeAll'
    | 'settle'
    | 'wait'
    | 'stall'
    | 'drain'
    | 'close'
    | 'cut';
  readonly side: SideIndex;
  readonly pick: number;
  readonly size: number;
  readonly last: boolean;
}

const DRAIN_MS = 30_000;

export class World {
  readonly #pair: Pair;
  readonly #clock: ManualClock;
  readonly #calls: ModelCall[] = [];
  readonly #ends: (LinkEnd | undefined)[] = [undefined, undefined];
  /** Which side asked for what, first come. */
  readonly #drained: [boolean, boolean] = [false, false];
  #drainMs: number | undefined;
  #isClosed = false;

  static async create(): Promise<World> {
    const clock = new ManualClock();
    return new World(await memoryPair({ clock, limits: { ...modelLimits, drainMs: DRAIN_MS } }), clock);
  }

  constructor(pair: Pair, clock: ManualClock) {
    this.#pair = pair;
    this.#clock = clock;
    for (const side of [0, 1] as const) {
      const link = this.#link(side);
      link.accept((stream) => this.#accept(stream));
      void link.closed.then((end) => (this.#ends[side] = end));
    }
  }

  #link(side: SideIndex) {
    return side === 0 ? this.#pair.dialed : this.#pair.accepted;
  }

  #accept(stream: IncomingStream): CallEnd<IncomingStream> {
    const call = this.#calls[Number(stream.method.split('/')[1])];
    if (!call) throw new Error(`nobody opened ${stream.method}`);
    expect(call.callee, 'a call was taken twice').toBeUndefined();
    const callee = new CallEnd(`callee ${stream.method}`, false, () => stream);
    call.callee = callee;
    return callee;
  }

  async do(deed: Deed): Promise<void> {
    switch (deed.kind) {
      case 'open':
        this.#open(deed);
        break;
      case 'settle':
        await this.settle();
        break;
      case 'wait':
        await this.#clock.advance(1 + (deed.pick % 12_000));
        break;
      case 'stall':
        await this.#clock.stall(1_000 + (deed.pick % 60_000));
        break;
      case 'drain':
        this.#drained[deed.side] = true;
        this.#drainMs ??= this.#clock.monotonicMs();
        void this.#link(deed.side).drain(CloseReason.SHUTDOWN, 'drained');
        break;
      case 'close':
        this.#isClosed = true;
        this.#link(deed.side).close(CloseReason.REQUESTED, 'closed');
        break;
      case 'cut':
        this.#isClosed = true;
        this.#pair.cut();
        break;
      default:
        this.#onCall(deed);
    }
  }

  #open({ side, size, last, pick }: Deed): void {
    const link = this.#link(side);
    const index = this.#calls.length;
    let stream: OutgoingStream | undefined;
    const caller = new CallEnd(`caller ${index}`, true, () => stream as OutgoingStream);
    const call: ModelCall = {
      opener: side,
      caller,
      callee: undefined,
      endCode: undefined,
      cancelCode: undefined,
    };
    this.#calls.push(call);
    const data = pick % 4 === 0 ? undefined : caller.next(size);
    const mine = this.#calls.filter(({ opener, caller: { status, isDeaf } }) => opener === side && !status && !isDeaf);
    const refusal = this.#refusal(side, mine.length - 1);
    try {
      stream = link.open(`m/${index}`, caller, { halfClose: last, ...(data && { data }) });
      expect(refusal, 'a call was opened that had to be refused').not.toBe('always');
      caller.hasClosed = last;
    } catch (error) {
      if (refusal === 'never') throw error;
      this.#calls.pop();
    }
  }

  /** Whether this side must refuse to open a call. What the other side does is known here only after a while. */
  #refusal(side: SideIndex, open: number): 'always' | 'maybe' | 'never' {
    if (this.#drained[side] || open >= modelLimits.streams) return 'always';
    return this.#isClosed || this.#drained[0] || this.#drained[1] ? 'maybe' : 'never';
  }

  #onCall(deed: Deed): void {
    // Mostly the newest call, so that its credit is used up and given back many times.
    const back = deed.pick % 3 === 0 ? deed.pick % Math.max(1, this.#calls.length) : 0;
    const call = this.#calls.at(-1 - back);
    if (!call) return;
    const end = deed.side === call.opener ? call.caller : call.callee;
    if (deed.kind === 'consume') end?.consumeOne();
    else if (deed.kind === 'consumeAll') while (end && end.waiting.length > 0) end.consumeOne();
    else if (deed.kind === 'send' || deed.kind === 'halfClose' || deed.kind === 'cancel') callerDoes(call, deed);
    else calleeDoes(call, deed);
  }

  /** Lets the event loop turn until nothing moves any more, then compares. */
  async settle(): Promise<void> {
    let before = '';
    for (let quiet = 0; quiet < 12; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = JSON.stringify([this.#pair.dialed.counters(), this.#pair.accepted.counters()]);
      quiet = now === before ? quiet + 1 : 0;
      before = now;
    }
    this.#check();
  }

  #check(): void {
    const isOver = this.#checkState();
    for (const call of this.#calls) {
      checkCall(call, isOver);
      checkEnds(call, isOver, this.#drained[(1 - call.opener) as SideIndex]);
      if (!this.#mayLose) expect(call.caller.status?.lost ?? false, 'a drain lost a call').toBe(false);
    }
    for (const side of [0, 1] as const) {
      const open = this.#calls.filter((call) => isOpenAt(call, side, isOver)).length;
      expect(this.#link(side).counters().streams, `calls open at side ${side}`).toBe(open);
    }
  }

  /** Somebody closed the link or cut its carrier, or a drain took too long. A drain alone loses no call. */
  get #mayLose(): boolean {
    const isLate = this.#drainMs !== undefined && this.#clock.monotonicMs() - this.#drainMs >= DRAIN_MS;
    return this.#isClosed || isLate;
  }

  /** Open, draining or closed, alike at both ends. */
  #checkState(): boolean {
    const idle = this.#calls.every((call) => !isOpenAt(call, 0, false) && !isOpenAt(call, 1, false));
    const isDrained = this.#drainMs !== undefined && idle;
    const isOver = this.#mayLose || isDrained || this.#ends.some((end) => end !== undefined);
    expect(this.#ends.map((end) => end !== undefined)).toEqual([isOver, isOver]);
    if (isOver) expect(this.#isClosed || this.#drainMs !== undefined, 'the link ended by itself').toBe(true);
    for (const side of [0, 1] as const) {
      const isUsable = !isOver && !this.#drained[0] && !this.#drained[1];
      expect(this.#link(side).isUsable, `usable at side ${side}`).toBe(isUsable);
    }
    return isOver;
  }

  /** Ends the link if nobody has; nothing may be left. */
  async finish(): Promise<void> {
    await this.settle();
    this.#isClosed = true;
    await this.#pair[Symbol.asyncDispose]();
    await this.settle();
    await this.#clock.advance(5_000);
    expect(this.#clock.pending, 'timers are left').toBe(0);
  }
}

function callerDoes(call: ModelCall, { kind, size, last, pick }: Deed): void {
  const { caller } = call;
  if (caller.status || caller.isDeaf) return;
  if (kind === 'cancel') {
    call.cancelCode = 1 + (pick % 2) * 3;
    caller.isDeaf = true;
    caller.stream().cancel(call.cancelCode);
  } else if (!caller.hasClosed) {
    if (kind === 'halfClose') caller.stream().halfClose();
    else void caller.stream().send(caller.next(size), last);
    caller.hasClosed = kind === 'halfClose' || last;
  }
}

function calleeDoes(call: ModelCall, { kind, size, last, pick }: Deed): void {
  const { callee } = call;
  if (!callee || callee.status || callee.hasClosed) return;
  if (kind === 'answer') {
    void callee.stream().send(callee.next(size));
    return;
  }
  call.endCode = pick % 17;
  const data = last ? callee.next(size) : undefined;
  callee.hasClosed = true;
  callee.stream().end({ code: call.endCode, message: '', details: [], trailers: [] }, data);
}
