import { describe, expect, it } from 'vitest';
import { Inbox } from '../../src/link/inbox.ts';
import { WINDOW_GROWTH } from '../../src/link/limits.ts';

const first = { messages: 4, bytes: 1_000 };
const message = Uint8Array.of(1);

/** A sender that sends all that it may, `rounds` times; its reader then reads all of it but `unread` messages. */
function windows(rounds: number, unread: number): number[] {
  const inbox = new Inbox(first, 1_000);
  let credit = first.messages;
  let waiting = 0;
  return Array.from({ length: rounds }, () => {
    for (; credit > 0; credit--, waiting++) inbox.take(message, false);
    for (; waiting > unread; waiting--) {
      inbox.consumed(message.length);
      credit += inbox.due(1)?.messages ?? 0;
    }
    return credit + waiting;
  });
}

describe('the window of a stream', () => {
  it('grows while its reader waits for a sender that has no more credit, up to a bound', () => {
    const seen = windows(20, 0);
    expect(seen[0]).toBeLessThanOrEqual(first.messages);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(first.messages * WINDOW_GROWTH);
  });

  it('stays as it is while its reader is behind', () => {
    for (const window of windows(20, 1)) expect(window).toBeLessThanOrEqual(first.messages);
  });
});
