/** Follows the mail of one principal, for what is told to MCP clients. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Mail } from '../../../../gen/towline/v1/mailbox_pb.ts';
import { toHex } from '../../../base/bytes.ts';
import type { MeshView } from './view.ts';

const pauseMs = 5_000;

/** These answers stay the same, however often one asks. */
const hopeless: readonly Code[] = [Code.PermissionDenied, Code.Unauthenticated, Code.Unimplemented];

/** Tells of each new mail once, from now on, until the function that it returns is called. */
export function followMail(view: MeshView, onMail: (mail: Mail) => void): () => void {
  const stop = new AbortController();
  void follow(view, onMail, stop.signal);
  return () => stop.abort();
}

async function follow({ clients, log }: MeshView, onMail: (mail: Mail) => void, signal: AbortSignal) {
  let after: { own: bigint; node: bigint } | undefined;
  const told = new Set<string>();
  while (!signal.aborted) {
    try {
      for await (const { event, resumeAfter } of clients.mail.receiveMail(after ? { after } : {}, { signal })) {
        after = resumeAfter;
        if (event.case !== 'mail') continue;
        // After a lost stream, one that was told before its turn comes again.
        const id = toHex(event.value.messageId);
        if (told.has(id)) continue;
        told.add(id);
        onMail(event.value);
      }
    } catch (error) {
      if (signal.aborted || hopeless.includes(ConnectError.from(error).code)) return;
      log.debug('mail is not followed for a moment', { error: String(error) });
    }
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
