/** Reads a `text/event-stream` body. */
import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { outcomeUnknown, resultTooLarge } from './failures.ts';
import { maxMessageBytes } from './limits.ts';

/** Where a stream stands, so that another can go on from there. */
export interface StreamCursor {
  /** The id of the last event; undefined while none had one. */
  lastEventId?: string;
  /** How long the server asked to wait before the stream is asked for again. */
  retryMs?: number;
}

/** Calls `onEvent` for each event. Resolves at the end; rejects RESULT_TOO_LARGE or OUTCOME_UNKNOWN. */
export async function readEvents(
  response: IncomingMessage,
  cursor: StreamCursor,
  onEvent: (event: EventSourceMessage) => void,
): Promise<void> {
  let tooLarge = false;
  const parser = createParser({
    maxBufferSize: maxMessageBytes,
    onEvent,
    onId: (id) => (cursor.lastEventId = id),
    onRetry: (ms) => (cursor.retryMs = ms),
    onError: (error) => {
      tooLarge ||= error.type === 'max-buffer-size-exceeded';
    },
  });
  const decoder = new StringDecoder('utf8');
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      parser.feed(decoder.write(chunk));
      if (tooLarge) break;
    }
  } catch (error) {
    throw outcomeUnknown('the stream of the answer broke off', error);
  }
  if (tooLarge) throw resultTooLarge(maxMessageBytes);
}
