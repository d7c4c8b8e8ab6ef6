/** Streams that a person watches until Ctrl-C. */
import { listenForInterrupt } from './interrupt.ts';

/** Reads a stream until it ends or Ctrl-C ends it, which is the usual way and no failure. */
export async function watchUntilInterrupted<Event>(
  open: (signal: AbortSignal) => AsyncIterable<Event>,
  onEvent: (event: Event) => void,
): Promise<void> {
  using interrupt = listenForInterrupt();
  try {
    for await (const event of open(interrupt.signal)) onEvent(event);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  }
}
