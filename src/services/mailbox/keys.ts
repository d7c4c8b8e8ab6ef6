/** Names of rows and logs. Changing one loses what was written under it. */
import { toHex } from '../../base/bytes.ts';

/** Taken mail, by sender and id. */
export const SEEN = 'mail_seen';
/** Unread mail, by inbox and cursor. */
export const UNREAD = 'mail_unread';
/** Agents that have an inbox. */
export const AGENTS = 'mail_agents';
/** What this node sent, by id and receiver. */
export const SENT = 'mail_sent';
/** How far the outbox of a node has been given to which hub. */
export const AT_HUB = 'mail_at_hub';

const CURSOR_DIGITS = 14;

export const INBOXES = 'inbox/';
export const inboxLog = (agent: string): string => `${INBOXES}${agent}`;
export const outboxLog = (node: string): string => `outbox/${node}`;
export const OUTBOXES = 'outbox/';
export const keptLog = (receiver: string, sender: string): string => `kept/${receiver}/${sender}`;
export const keptFor = (receiver: string): string => `kept/${receiver}/`;
export const KEPT = 'kept/';

export const seenKey = (senderId: Uint8Array, messageId: Uint8Array): string => `${toHex(senderId)}${toHex(messageId)}`;

/** In the order of cursors. */
export const unreadKey = (agent: string, cursor: number): string =>
  `${unreadOf(agent)}${String(cursor).padStart(CURSOR_DIGITS, '0')}`;
/** No name of an agent has a slash; the node's own inbox has no name. */
export const unreadOf = (agent: string): string => `${agent}/`;
export const cursorOf = (key: string): number => Number(key.slice(key.indexOf('/') + 1));

export const sentKey = (messageId: Uint8Array, receiverId: Uint8Array): string =>
  `${toHex(messageId)}/${toHex(receiverId)}`;
export const sentOf = (messageId: Uint8Array): string => `${toHex(messageId)}/`;
