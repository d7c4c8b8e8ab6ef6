/** Notices changes in a folder: at once where the system tells, within two seconds where it does not. */
import { type FSWatcher, watch } from 'node:fs';

/** Editors write in several steps; looking in between would drop links for nothing. */
const SETTLE_MS = 50;

/** Network file systems and containers tell nothing of what others write. */
export const DEFAULT_POLL_MS = 2000;

/**
 * Calls `look` after a change, and every `pollMs`. `failed` hears that the system cannot tell: polling goes on. Timers
 * do not keep the process alive. Returns what stops it.
 */
export function watchFolder(
  folder: string,
  pollMs: number,
  look: () => void,
  failed: (error: unknown) => void,
): () => void {
  let settle: NodeJS.Timeout | undefined;
  const poll = setInterval(look, pollMs).unref();
  const watcher = startWatch(folder, failed);
  watcher?.on('change', () => {
    settle ??= setTimeout(() => {
      settle = undefined;
      look();
    }, SETTLE_MS).unref();
  });
  watcher?.on('error', failed);
  return () => {
    clearInterval(poll);
    clearTimeout(settle);
    watcher?.close();
  };
}

function startWatch(folder: string, failed: (error: unknown) => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false });
  } catch (error) {
    failed(error); // for example, no more watches are allowed
    return undefined;
  }
}
