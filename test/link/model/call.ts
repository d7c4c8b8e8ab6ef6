/** A call of the model, both ends, and what must hold of it. */
import { expect } from 'vitest';
import type { IncomingStream, OutgoingStream } from '../../../src/link/link.ts';
import type { CallEnd } from './end.ts';

/** 0 dialed the link, 1 accepted it. */
export type SideIndex = 0 | 1;

export interface ModelCall {
  readonly opener: SideIndex;
  readonly caller: CallEnd<OutgoingStream>;
  callee: CallEnd<IncomingStream> | undefined;
  /** The code with which the callee ended it. */
  endCode: number | undefined;
  cancelCode: number | undefined;
}

/** Whether the call still counts at this side. */
export function isOpenAt(call: ModelCall, side: SideIndex, isOver: boolean): boolean {
  if (isOver) return false;
  const { caller, callee } = call;
  if (side === call.opener) return !caller.status && !caller.isDeaf;
  if (!callee || callee.status) return false;
  return !(callee.hasClosed && (caller.status || caller.isDeaf));
}

/** What each end has of a call that may still go on. */
export function checkCall(call: ModelCall, isOver: boolean): void {
  const { caller, callee, endCode, cancelCode } = call;
  const isLive = !isOver && !caller.status && !caller.isDeaf;
  caller.checkAgainst(callee ?? { sent: [] }, isLive);
  callee?.checkAgainst(caller, isLive && !callee.hasClosed);
  if (!isLive) return;
  expect(callee, 'a call did not arrive').toBeDefined();
  if (!callee) return;
  const hasAll = caller.received.length === callee.sent.length;
  expect(callee.status, 'the callee heard the end of a call that goes on').toBeUndefined();
  expect(endCode !== undefined && hasAll, 'the caller did not hear the end').toBe(false);
  const gotAll = callee.received.length === caller.sent.length;
  if (!callee.hasClosed) expect(callee.sawHalfClose).toBe(caller.hasClosed && gotAll);
  expect(cancelCode).toBeUndefined();
}

/**
 * After the end of the link each end has heard an end, and the right one. A call that crossed the GoAway of the other side
 * was refused, not lost.
 */
export function checkEnds(
  { caller, callee, endCode, cancelCode }: ModelCall,
  isOver: boolean,
  calleeDrained: boolean,
): void {
  if (caller.status) {
    const { code, lost } = caller.status;
    const isRefused = calleeDrained && !callee && code === 14;
    if (lost) expect(isOver, `${caller.name} was lost on a link that lives`).toBe(true);
    else if (!isRefused) expect(code, `${caller.name} heard another code`).toBe(endCode);
  } else if (!caller.isDeaf) {
    expect(isOver, `${caller.name} heard no end`).toBe(false);
  }
  if (!callee || callee.hasClosed) return;
  if (isOver) expect(callee.status, `${callee.name} heard no end`).toBeDefined();
  if (callee.status && !callee.status.lost) expect(callee.status.code).toBe(cancelCode);
}
