/** StreamChannel: one call of one participant. */
import { create } from '@bufbuild/protobuf';
import {
  type LiveOpen,
  LiveOpenedSchema,
  type StreamChannelRequest,
  type StreamChannelResponse,
  StreamChannelResponseSchema,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import type { Participant } from './live.ts';
import { liveOpenExpected } from './problems.ts';

/** A participant, and how it goes. */
export interface Entered {
  readonly participant: Participant;
  leave(): void;
}

export interface StreamParts {
  readonly requests: AsyncIterable<StreamChannelRequest>;
  readonly signal: AbortSignal;
  /** Lets the caller in, or rejects with why not. */
  readonly enter: (open: LiveOpen) => Promise<Entered>;
}

export async function* streamChannel({ requests, signal, enter }: StreamParts): AsyncGenerator<StreamChannelResponse> {
  const source = requests[Symbol.asyncIterator]();
  const first = await source.next();
  if (first.done || first.value.kind.case !== 'open') throw liveOpenExpected('the first request is not `open`');
  const { participant, leave } = await enter(first.value.kind.value);
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();
  void passOn(source, participant, signal);
  try {
    yield create(StreamChannelResponseSchema, { event: { case: 'opened', value: create(LiveOpenedSchema) } });
    yield* participant.reader.events();
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** The caller's chunks to the others, until its requests end or are wrong. */
async function passOn(
  requests: AsyncIterator<StreamChannelRequest>,
  participant: Participant,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await requests.next();
      if (done) return participant.endSource();
      if (value.kind.case !== 'chunk') throw liveOpenExpected('`open` came twice');
      participant.send(value.kind.value);
    }
  } catch (error) {
    participant.reader.end(signal.aborted ? undefined : error);
  }
}
