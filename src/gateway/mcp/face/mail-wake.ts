/**
 * Wakes an agent when mail comes for it. Claude Code shows a model what a server says by `notifications/claude/channel`,
 * which no other client knows: those ask for their mail.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Mail } from '../../../../gen/towline/v1/mailbox_pb.ts';
import { toHex } from '../../../base/bytes.ts';
import { writeNotification } from '../wire.ts';
import { addressText } from './built-in-mail.ts';
import type { MeshView } from './view.ts';

/** What `initialize` says: without it, the client drops the notifications. */
export const wakeCapability = '"experimental":{"claude/channel":{}}';

/** As it names itself in `clientInfo`. */
const wakeable = /^claude/;

/** Longer words are cut: the inbox has all of them. */
const maxChars = 16_384;
const pauseMs = 5_000;

/** These answers stay the same, however often one asks. */
const hopeless: readonly Code[] = [Code.PermissionDenied, Code.Unauthenticated, Code.Unimplemented];

/** Tells the client of each new mail, from now on, until the function that it returns is called. */
export function wakeByMail(view: MeshView, client: string, notify: (message: string) => void): () => void {
  const stop = new AbortController();
  if (wakeable.test(client)) void follow(view, notify, stop.signal);
  return () => stop.abort();
}

async function follow({ clients, log }: MeshView, notify: (message: string) => void, signal: AbortSignal) {
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
        notify(wakingWords(event.value));
      }
    } catch (error) {
      if (signal.aborted || hopeless.includes(ConnectError.from(error).code)) return;
      log.debug('mail is not followed for a moment', { error: String(error) });
    }
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** The client drops a notification whose meta has anything but strings. */
function wakingWords(mail: Mail): string {
  const { text, messageId, sender, receiver } = mail;
  const cut = text.length > maxChars ? `${text.slice(0, maxChars)}… (all of it: towline_mail, action "inbox")` : text;
  const meta = {
    source: 'towline mail',
    from: addressText(sender),
    for: receiver?.agent === '' ? 'everyone here' : 'you',
    id: toHex(messageId),
  };
  return writeNotification('notifications/claude/channel', JSON.stringify({ content: cut, meta }));
}
