/**
 * Loaded into a node before all else: its wall clock is wrong by as many milliseconds as a file says, and jumps when the
 * file changes. Time that is measured (`performance.now`, timers) goes on, as it does when somebody sets a clock.
 */
import { readFileSync } from 'node:fs';

export const CLOCK_FILE = 'TOWLINE_TEST_CLOCK_FILE';

const LOOK_MS = 100;
const path = process.env[CLOCK_FILE];
const RightDate = Date;
let wrongMs = 0;

class WrongDate extends RightDate {
  constructor(...parts: [] | [number]) {
    super(...(parts.length === 0 ? ([WrongDate.now()] as const) : parts));
  }

  static override now(): number {
    return RightDate.now() + wrongMs;
  }
}

function look(file: string): void {
  try {
    wrongMs = Number(readFileSync(file, 'utf8'));
  } catch {
    wrongMs = 0; // nobody has set it yet
  }
}

if (path !== undefined) {
  look(path);
  setInterval(look, LOOK_MS, path).unref();
  globalThis.Date = WrongDate as DateConstructor;
}
