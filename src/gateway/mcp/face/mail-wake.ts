/**
 * Wakes an agent when mail comes for it. Claude Code shows a model what a server says by `notifications/claude/channel`,
 * which no other client knows: those subscribe to their inbox (`inbox.ts`), or ask for their mail.
 */
import type { Mail } from '../../../../gen/towline/v1/mailbox_pb.ts';
import { toHex } from '../../../base/bytes.ts';
import { writeNotification } from '../wire.ts';
import { addressText } from './built-in-mail.ts';
import { followMail } from './mail-follow.ts';
import type { MeshView } from './view.ts';

/** What `initialize` says: without it, the client drops the notifications. */
export const wakeCapability = '"experimental":{"claude/channel":{}}';

/** As it names itself in `clientInfo`. */
const wakeable = /^claude/;

/** Longer words are cut: the inbox has all of them. */
const maxChars = 16_384;

/** Tells a client that can be woken of each new mail, from now on, until the function that it returns is called. */
export function wakeByMail(view: MeshView, client: string, notify: (message: string) => void): () => void {
  if (!wakeable.test(client)) return () => undefined;
  return followMail(view, (mail) => notify(wakingWords(mail)));
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
