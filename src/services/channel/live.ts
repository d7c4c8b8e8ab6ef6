/** What is live in the channels of a hub: bytes that are passed on to whoever takes part now, and are then gone. */
import { create } from '@bufbuild/protobuf';
import {
  LiveChunkSchema,
  type LiveSource,
  type LiveStarted,
  LiveStartedSchema,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import type { Caller } from './caller.ts';
import { LIVE_PARTICIPANTS } from './limits.ts';
import { LiveReader } from './live-reader.ts';
import { channelDeleted, hubClosing, liveFull, liveOpenExpected, notAMember } from './problems.ts';

/** One who takes part. */
export class Participant {
  readonly reader = new LiveReader();
  readonly key: string;
  readonly #started: LiveStarted | undefined;
  readonly #others: () => Iterable<Participant>;
  #sequence = 0n;
  #isOver = false;

  constructor(sourceId: number, caller: Caller, source: LiveSource | undefined, others: () => Iterable<Participant>) {
    const { ref: sender, alias: senderAlias } = caller;
    this.key = caller.key;
    this.#started = source && create(LiveStartedSchema, { sourceId, sender, senderAlias, source });
    this.#others = others;
  }

  /** What its source is, while there is one. */
  get source(): LiveStarted | undefined {
    return this.#isOver ? undefined : this.#started;
  }

  begin(): void {
    for (const other of this.#others()) {
      if (other.source) this.reader.started(other.source);
      if (this.source) other.reader.started(this.source);
    }
  }

  /** Passes a chunk on. Throws LIVE_OPEN_EXPECTED if it named no source. */
  send(data: Uint8Array): void {
    if (!this.source) throw liveOpenExpected('a chunk came of a caller that named no source');
    const { sourceId } = this.source;
    const chunk = create(LiveChunkSchema, { sourceId, sequence: ++this.#sequence, data });
    for (const other of this.#others()) other.reader.chunk(chunk);
  }

  /** Its source is over; it may go on listening. */
  endSource(): void {
    const { source } = this;
    this.#isOver = true;
    if (source) for (const other of this.#others()) other.reader.ended(source.sourceId);
  }
}

export class Live {
  /** Participants by the id of their channel. */
  readonly #byChannel = new Map<string, Set<Participant>>();
  #sourceCount = 0;

  /** Throws LIVE_FULL. */
  join(channelId: string, name: string, caller: Caller, source: LiveSource | undefined): Participant {
    const all = this.#byChannel.get(channelId) ?? new Set();
    if (all.size >= LIVE_PARTICIPANTS) throw liveFull(name, LIVE_PARTICIPANTS);
    const others = function* () {
      for (const other of all) if (other !== participant) yield other;
    };
    const participant = new Participant(++this.#sourceCount, caller, source, others);
    all.add(participant);
    this.#byChannel.set(channelId, all);
    participant.begin();
    return participant;
  }

  leave(channelId: string, participant: Participant): void {
    participant.endSource();
    participant.reader.end();
    const all = this.#byChannel.get(channelId);
    all?.delete(participant);
    if (all?.size === 0) this.#byChannel.delete(channelId);
  }

  /** A member has left the channel. */
  left(channelId: string, name: string, key: string): void {
    this.#end(channelId, notAMember(name), (participant) => participant.key === key);
  }

  deleted(channelId: string, name: string): void {
    this.#end(channelId, channelDeleted(name), () => true);
  }

  close(): void {
    for (const channelId of [...this.#byChannel.keys()]) this.#end(channelId, hubClosing(), () => true);
  }

  #end(channelId: string, failure: unknown, isMeant: (participant: Participant) => boolean): void {
    const meant = [...(this.#byChannel.get(channelId) ?? [])].filter(isMeant);
    for (const participant of meant) {
      participant.reader.end(failure);
      this.leave(channelId, participant);
    }
  }
}
