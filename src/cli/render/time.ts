import type { Timestamp } from '@bufbuild/protobuf/wkt';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** `90_000` -> "1m 30s"; the two largest units. */
export function durationText(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1000)) * 1000;
  const parts: string[] = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count}${name}`);
  }
  return parts.slice(0, 2).join(' ') || '0s';
}

/** How long ago; empty if there is no time. */
export function agoText(time: Timestamp | undefined, nowMs = Date.now()): string {
  return time === undefined ? '' : `${durationText(nowMs - timeMs(time))} ago`;
}

/** How long from one time to the other, or until now. */
export function betweenText(from: Timestamp | undefined, to: Timestamp | undefined, nowMs = Date.now()): string {
  return from === undefined ? '' : durationText((to === undefined ? nowMs : timeMs(to)) - timeMs(from));
}

/** How long until then. */
export function untilText(time: Timestamp | undefined, nowMs = Date.now()): string {
  return time === undefined ? 'never' : `in ${durationText(timeMs(time) - nowMs)}`;
}

function timeMs(time: Timestamp): number {
  return Number(time.seconds) * 1000 + time.nanos / 1e6;
}

/** The time of day here, with the date where that is another one; empty if there is no time. */
export function clockText(time: Timestamp | undefined, now = new Date()): string {
  if (time === undefined) return '';
  const then = new Date(timeMs(time));
  const clock = then.toLocaleTimeString();
  return then.toDateString() === now.toDateString() ? clock : `${then.toLocaleDateString()} ${clock}`;
}
