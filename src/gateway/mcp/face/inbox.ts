/**
 * `inbox://mail`, the resource of the gateway itself: the unread mail of whoever asks. A client that subscribes to it
 * is told of each new mail by `notifications/resources/updated`, in every revision of MCP.
 */
import { ConnectError } from '@connectrpc/connect';
import type { Cancellation } from '../../../base/cancellation.ts';
import { rpcCode, writeNotification } from '../wire.ts';
import { readUnread } from './built-in-mail.ts';
import { followMail } from './mail-follow.ts';
import { type RequestParams, stringMember } from './params.ts';
import { Refusal } from './reply.ts';
import type { MeshView } from './view.ts';

export const inboxUri = 'inbox://mail';

const mimeType = 'application/json';

/** The members of the result of `resources/list`. */
export const resourcesText = `"resources":${JSON.stringify([
  {
    uri: inboxUri,
    name: 'inbox',
    title: 'Mail that came for you',
    description: 'What is unread, the oldest first. Reading it here leaves it unread; towline_mail marks it as read.',
    mimeType,
  },
])}`;

/** The members of the result of `resources/templates/list`. */
export const resourceTemplatesText = '"resourceTemplates":[]';

/** The members of the result of `resources/read`. Throws a `Refusal`. */
export async function readResource(view: MeshView, uri: string, { signal }: Cancellation): Promise<string> {
  try {
    const text = JSON.stringify(await readUnread(view.clients.mail, signal));
    return `"contents":${JSON.stringify([{ uri, mimeType, text }])}`;
  } catch (error) {
    throw new Refusal(rpcCode.internal, ConnectError.from(error).rawMessage);
  }
}

/** The inbox's URI, if that is what the request names. Throws a `Refusal`, whose code depends on the era. */
export function namedResource({ members }: RequestParams, unknown: number = rpcCode.invalidParams): string {
  const uri = stringMember(members, 'uri');
  if (uri === undefined) throw new Refusal(rpcCode.invalidParams, '"uri" is missing');
  if (uri === inboxUri) return uri;
  throw new Refusal(unknown, `Unknown resource: ${uri}`, { data: JSON.stringify({ uri }) });
}

/** Says that there is new mail, each time, until the function that it returns is called. `tag` goes into the message. */
export function watchInbox(view: MeshView, notify: (message: string) => void, tag?: string): () => void {
  const rest = tag === undefined ? '' : `,${tag}`;
  const updated = writeNotification('notifications/resources/updated', `{"uri":${JSON.stringify(inboxUri)}${rest}}`);
  return followMail(view, () => notify(updated));
}
