/** The values of a stream, as notifications: `rpc.stream` with the id of the call and a value, the end, or an error. */
import type { DescMethod, Message } from '@bufbuild/protobuf';
import { rpcErrorOf } from './map.ts';
import { writeMessage } from './messages.ts';
import { writeNotification, writeRpcError } from './wire.ts';

/** Where the values of a stream go. */
export interface StreamReader {
  send(text: string): void;
  /** A promise while the reader takes nothing more; it rejects when it never will. */
  ready(): Promise<void> | undefined;
}

/** Sends all that `open` gives, then how it ended. Never rejects. */
export async function sendStream(
  id: string,
  method: DescMethod,
  open: () => Promise<AsyncIterator<Message>>,
  reader: StreamReader,
): Promise<void> {
  try {
    const answers = await open();
    for (let next = await answers.next(); !next.done; next = await answers.next()) {
      const wait = reader.ready();
      if (wait) await wait;
      reader.send(streamNotification(id, 'value', writeMessage(method.output, next.value)));
    }
    reader.send(streamNotification(id, 'end', 'true'));
  } catch (error) {
    reader.send(streamNotification(id, 'error', writeRpcError(rpcErrorOf(error))));
  }
}

function streamNotification(id: string, member: 'value' | 'end' | 'error', text: string): string {
  return writeNotification('rpc.stream', `{"id":${id},"${member}":${text}}`);
}
