/** Ctrl-C and its kin, for commands that have something to end in order. */
import { LocalError } from '../base/errors.ts';
import { exitCode } from './exit-codes.ts';

/** SIGHUP too: a closed terminal must not leave children behind. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interrupt extends Disposable {
  /** Aborted by the first signal, with an error that ends the command with the code for interruption. */
  readonly signal: AbortSignal;
}

/** Listens until it is disposed. The first signal aborts; the second one ends the process at once. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(exitCode('interrupted'));
    controller.abort(new LocalError('INTERRUPTED', 'interrupted'));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
