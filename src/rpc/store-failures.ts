/** What any service can meet whose words or rows are on a disk. */
import { Code } from '@connectrpc/connect';

export interface StoreFailure {
  readonly code: Code;
  /** Instead of the local one, which names files: those are nobody else's business. */
  readonly message: string;
  readonly help: string;
  readonly permanent?: boolean;
  readonly retryDelayMs?: number;
}

/** By the reason of the local error (`store/sqlite/errors.ts`). */
export const storeFailures: Readonly<Record<string, StoreFailure>> = {
  STORE_FULL: {
    code: Code.ResourceExhausted,
    message: 'the disk of the node is full: it can be read from, but keeps nothing new',
    help: 'make room on that node; nothing that it accepted is lost',
    retryDelayMs: 30_000,
  },
  STORE_TOO_MANY_LOGS: {
    code: Code.ResourceExhausted,
    message: 'the node has no place for one more channel or mailbox',
    help: 'delete some that nobody uses',
    permanent: true,
  },
  STORE_BUSY: {
    code: Code.Unavailable,
    message: 'another program holds the store of the node',
    help: 'end the program that reads or writes the files of that node',
    retryDelayMs: 1_000,
  },
  STORE_CLOSED: {
    code: Code.Unavailable,
    message: 'the node is stopping',
    help: 'ask again when it is back',
    retryDelayMs: 1_000,
  },
  STORE_DISK_FAILED: {
    code: Code.Unavailable,
    message: 'the disk of the node did not do what it should',
    help: 'look at the disk and the log of the system there',
    retryDelayMs: 30_000,
  },
  STORE_CORRUPT: {
    code: Code.DataLoss,
    message: 'the store of the node is damaged',
    help: 'on that node: towline down, then: towline doctor --repair',
    permanent: true,
  },
};
