/** What waits for one participant of what is live: bounded, and the oldest chunks go first. */
import { create } from '@bufbuild/protobuf';
import {
  type LiveChunk,
  type LiveStarted,
  type StreamChannelResponse,
  StreamChannelResponseSchema,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import { LIVE_BYTES, LIVE_CHUNKS } from './limits.ts';

type Event = StreamChannelResponse['event'];

export class LiveReader {
  /** Sources that came and went since the last look. Bounded by the number of participants. */
  #news: Event[] = [];
  readonly #chunks: LiveChunk[] = [];
  #bytes = 0;
  readonly #dropped = new Map<number, bigint>();
  #failure: unknown;
  #isEnded = false;
  #wake: (() => void) | undefined;

  started(value: LiveStarted): void {
    this.#tell({ case: 'started', value });
  }

  /** What is left of the source is given up: its end counts more. */
  ended(sourceId: number): void {
    const began = this.#news.findIndex(({ case: kind, value }) => kind === 'started' && value.sourceId === sourceId);
    this.#dropped.delete(sourceId);
    if (began === -1) this.#tell({ case: 'ended', value: { $typeName: 'towline.v1.LiveEnded', sourceId } });
    else this.#news.splice(began, 1); // the reader never heard of it
    for (let at = this.#chunks.length - 1; at >= 0; at--) {
      if (this.#chunks[at]?.sourceId === sourceId) this.#bytes -= this.#chunks.splice(at, 1)[0]?.data.length ?? 0;
    }
  }

  chunk(chunk: LiveChunk): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.data.length;
    while (this.#chunks.length > LIVE_CHUNKS || this.#bytes > LIVE_BYTES) this.#drop();
    this.#wakeUp();
  }

  /** Nothing more comes. With an error, the reader hears of it. */
  end(failure?: unknown): void {
    this.#isEnded = true;
    this.#failure ??= failure;
    this.#wakeUp();
  }

  /** Everything that comes, until the end. */
  async *events(): AsyncGenerator<StreamChannelResponse> {
    for (;;) {
      const event = this.#next();
      if (event) yield create(StreamChannelResponseSchema, { event });
      else if (this.#isEnded) break;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #next(): Event | undefined {
    const news = this.#news.shift();
    if (news) return news;
    const [lost] = this.#dropped;
    if (lost) {
      const [sourceId, chunkCount] = lost;
      this.#dropped.delete(sourceId);
      return { case: 'dropped', value: { $typeName: 'towline.v1.LiveDropped', sourceId, chunkCount } };
    }
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return undefined;
    this.#bytes -= chunk.data.length;
    return { case: 'chunk', value: chunk };
  }

  #drop(): void {
    const chunk = this.#chunks.shift();
    if (!chunk) return;
    this.#bytes -= chunk.data.length;
    this.#dropped.set(chunk.sourceId, (this.#dropped.get(chunk.sourceId) ?? 0n) + 1n);
  }

  #tell(event: Event): void {
    this.#news.push(event);
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
