/** Frames that a peer might send: mostly good ones for the streams that there are, some that no honest peer sends. */
import type { CloseReason } from '../../../gen/towline/v1/frame_pb.ts';
import type { Frame, Metadata } from '../../../src/link/frame/frame.ts';
import type { Random } from '../../support/random.ts';
import { openFrame } from '../raw-peer.ts';

const NUMBERS = [0, 1, 2, 32, 255, 65_536, 1_048_576, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
const SIZES = [0, 1, 2, 100, 300, 4_000, 65_535, 65_536, 65_537];
const KINDS = ['open', 'message', 'end', 'credit', 'cancel', 'headers', 'heartbeat', 'goAway', 'close'] as const;
const TEXTS = ['', 'a', 'k'.repeat(300), 'é😀', '\u0000', 'x'.repeat(1_025)];

/** What the frames of one case go on from. */
export interface Talk {
  /** The next stream that the peer opens. */
  nextId: number;
}

export function randomFrame(random: Random, talk: Talk): Frame {
  // An Open is the beginning of most; hellos, GoAway and Close end a talk soon.
  const kind = random.oneIn(3) ? 'open' : random.pick(KINDS);
  const streamId = random.oneIn(12) ? number(random) : 1 + random.below(Math.max(2, talk.nextId + 1));
  const data = random.oneIn(6) ? undefined : random.bytes(size(random));
  const more = random.oneIn(4);
  switch (kind) {
    case 'open': {
      const open = openFrame(talk.nextId, { data, more, halfClose: random.oneIn(3), creditBytes: number(random) });
      talk.nextId += 2;
      return { ...open, creditMessages: number(random), timeoutMs: number(random), metadata: metadata(random) };
    }
    case 'message':
      return { kind, streamId, data, more, halfClose: random.oneIn(4) };
    case 'end':
      return { kind, streamId, code: random.below(18), message: text(random), ...tail(random), data };
    case 'credit':
      return { kind, streamId, messages: number(random), bytes: number(random) };
    case 'cancel':
      return { kind, streamId, code: random.below(18) };
    case 'headers':
      return { kind, streamId, metadata: metadata(random) };
    case 'heartbeat':
      return { kind, streamId: 0, sequence: number(random), isAnswer: random.oneIn(2) };
    case 'goAway':
      return { kind, streamId: 0, reason: random.below(14) as CloseReason, message: text(random) };
    case 'close':
      return { kind, streamId: 0, reason: random.below(14) as CloseReason, message: '', retryDelayMs: number(random) };
  }
}

function tail(random: Random) {
  const details = random.oneIn(4) ? [{ type: text(random), value: random.bytes(random.below(100)) }] : [];
  return { details, trailers: metadata(random) };
}

function metadata(random: Random): readonly Metadata[] {
  if (!random.oneIn(4)) return [];
  return Array.from({ length: random.below(5) }, () => ({ name: text(random), value: text(random) }));
}

function number(random: Random): number {
  return random.oneIn(3) ? random.uint32() : random.pick(NUMBERS);
}

function size(random: Random): number {
  return random.oneIn(40) ? random.pick(SIZES) : random.below(40);
}

function text(random: Random): string {
  return random.oneIn(4) ? random.pick(TEXTS) : 'name';
}
