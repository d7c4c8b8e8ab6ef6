// Both ends of a link write more than the way between them holds: neither may wait for the other for ever.
import { describe, expect, it } from 'vitest';
import { call, memoryPair, serveEcho, tlsPair } from './support.ts';

const MIB = 1024 * 1024;

describe('large messages both ways at once', () => {
  it.each([
    ['TLS', tlsPair],
    ['memory', memoryPair],
  ])('all arrive, over %s', { timeout: 60_000 }, async (_kind, startPair) => {
    await using pair = await startPair();
    serveEcho(pair.accepted);
    serveEcho(pair.dialed);
    const data = Buffer.alloc(MIB, 7);
    const echo = async (link: typeof pair.dialed) => {
      const { messages, status } = await call(link, 'a.B/C', { data, halfClose: true }).seen;
      return [status.code, messages[0]?.length];
    };
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 16 }, () => [echo(pair.dialed), echo(pair.accepted)]).flat();
      expect(new Set((await Promise.all(calls)).map(String))).toEqual(new Set([`0,${MIB}`]));
    }
  });
});
