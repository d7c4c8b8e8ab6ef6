/** The few things that a log does with a file. An interface, so that tests can be a disk that is full. */
import { open } from 'node:fs/promises';

export interface LogFile {
  /** Writes all of it, or throws. Then some of it may stand there. */
  write(bytes: Buffer, offset: number): Promise<void>;
  /** Resolves when what was written is on disk. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenLogFile = (path: string) => Promise<LogFile>;

/** Opens a file of the log, or makes it, private. */
export const openLogFile: OpenLogFile = async (path) => {
  const file = await open(path, 'a').then(async (made) => {
    await made.chmod(0o600);
    await made.close();
    return open(path, 'r+');
  });
  return {
    async write(bytes, offset) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
    },
    sync: () => file.datasync(),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
  };
};

/** Makes a name in a folder as lasting as the file. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // folders cannot be opened there
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
