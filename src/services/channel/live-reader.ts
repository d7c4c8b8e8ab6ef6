/** What waits for one participant of what is live: in order, bounded, and the oldest chunks go first. */
import { create } from '@bufbuild/protobuf';
import {
  type LiveChunk,
  type LiveStarted,
  type StreamChannelResponse,
  StreamChannelResponseSchema,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import { LIVE_BYTES, LIVE_CHUNKS } from './limits.ts';

type Event = Extract<StreamChannelResponse['event'], { case: 'started' | 'chunk' | 'ended' }>;

export class LiveReader {
  #waiting: Event[] = [];
  #chunkCount = 0;
  #bytes = 0;
  /** Chunks that went before they were read, by source. */
  readonly #dropped = new Map<number, bigint>();
  #failure: unknown;
  #isOver = false;
  #wake: (() => void) | undefined;

  started(value: LiveStarted): void {
    this.#add({ case: 'started', value });
  }

  chunk(value: LiveChunk): void {
    this.#chunkCount++;
    this.#bytes += value.data.length;
    this.#add({ case: 'chunk', value });
    while (this.#chunkCount > LIVE_CHUNKS || this.#bytes > LIVE_BYTES) this.#dropOldest();
  }

  ended(sourceId: number): void {
    this.#add({ case: 'ended', value: { $typeName: 'towline.v1.LiveEnded', sourceId } });
    // Sources that come and go again and again must not pile up either.
    if (this.#waiting.length - this.#chunkCount > LIVE_CHUNKS) this.#forgetWhatIsOver();
  }

  /** Nothing more comes. With an error, the reader hears of it. */
  end(failure?: unknown): void {
    this.#isOver = true;
    this.#failure ??= failure;
    this.#wakeUp();
  }

  /** Everything that comes, until the end. */
  async *events(): AsyncGenerator<StreamChannelResponse> {
    for (;;) {
      const event = this.#next();
      if (event) yield create(StreamChannelResponseSchema, { event });
      else if (this.#isOver) break;
      else await this.#news();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #next(): StreamChannelResponse['event'] | undefined {
    const [next] = this.#waiting;
    const chunkCount = next?.case === 'chunk' ? this.#dropped.get(next.value.sourceId) : undefined;
    if (next && chunkCount !== undefined) {
      const { sourceId } = next.value;
      this.#dropped.delete(sourceId);
      return { case: 'dropped', value: { $typeName: 'towline.v1.LiveDropped', sourceId, chunkCount } };
    }
    this.#waiting.shift();
    this.#removed(next);
    if (next?.case === 'ended') this.#dropped.delete(next.value.sourceId);
    return next;
  }

  #dropOldest(): void {
    const at = this.#waiting.findIndex(({ case: kind }) => kind === 'chunk');
    const [oldest] = this.#waiting.splice(at, 1);
    if (!oldest) return;
    this.#removed(oldest);
    const { sourceId } = oldest.value;
    this.#dropped.set(sourceId, (this.#dropped.get(sourceId) ?? 0n) + 1n);
  }

  /** Takes out all of the sources of which the reader has not heard and that are over. */
  #forgetWhatIsOver(): void {
    const idsOf = (kind: Event['case']) =>
      new Set(this.#waiting.filter((event) => event.case === kind).map(({ value }) => value.sourceId));
    const [unheard, over] = [idsOf('started'), idsOf('ended')];
    const stays = ({ value: { sourceId } }: Event) => !(unheard.has(sourceId) && over.has(sourceId));
    for (const event of this.#waiting) if (!stays(event)) this.#removed(event);
    this.#waiting = this.#waiting.filter(stays);
    for (const sourceId of over) if (unheard.has(sourceId)) this.#dropped.delete(sourceId);
  }

  #removed(event: Event | undefined): void {
    if (event?.case !== 'chunk') return;
    this.#chunkCount--;
    this.#bytes -= event.value.data.length;
  }

  #add(event: Event): void {
    this.#waiting.push(event);
    this.#wakeUp();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
