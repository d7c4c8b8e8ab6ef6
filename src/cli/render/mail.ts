import {
  type Delivery,
  DeliveryState,
  type Mail,
  type MailAddress,
  MailPriority,
} from '../../../gen/towline/v1/mailbox_pb.ts';
import { toHex } from '../../base/bytes.ts';
import { shortNodeId } from '../../trust/node-id.ts';
import { plainLine, plainText } from './plain.ts';
import type { Style } from './style.ts';
import { renderPairs, renderTable } from './table.ts';
import { agoText } from './time.ts';

/** The end of an id tells mails apart: the beginning is that of the process. */
const SHORT_ID = 8;
const PREVIEW_CHARS = 60;

const STATES: Readonly<Record<DeliveryState, string>> = {
  [DeliveryState.UNSPECIFIED]: 'unknown',
  [DeliveryState.QUEUED]: 'queued here',
  [DeliveryState.STORED_AT_HUB]: 'stored at the hub',
  [DeliveryState.DELIVERED]: 'delivered',
  [DeliveryState.READ]: 'read',
  [DeliveryState.EXPIRED]: 'expired',
  [DeliveryState.REFUSED]: 'refused',
};

/** What became of a mail, one receiver a line. */
export function renderDeliveries(style: Style, messageId: Uint8Array, deliveries: readonly Delivery[]): string {
  const head = `Mail ${toHex(messageId)}`;
  if (deliveries.length === 0) return `${head}: sent to the channel`;
  const rows = deliveries.map(({ receiver, state, refusal, lastError }) => [
    style.bold(addressText(receiver)),
    STATES[state] ?? 'unknown',
    plainLine(refusal ? `${refusal.reason}: ${refusal.message}; ${refusal.help}` : lastError),
  ]);
  return [head, renderTable(style, ['FOR', 'STATE', 'WHY'], rows)].join('\n');
}

/** Mail, one a line. */
export function renderMails(style: Style, mails: readonly Mail[]): string {
  const rows = mails.map((mail) => [
    mail.unread ? style.bold(shortId(mail)) : shortId(mail),
    addressText(mail.sender),
    mail.receiver?.agent === '' ? 'all here' : 'you',
    agoText(mail.receiveTime),
    mail.priority === MailPriority.NOW ? style.warn('now') : '',
    preview(mail.text),
  ]);
  return renderTable(style, ['ID', 'FROM', 'FOR', 'CAME', 'PRIORITY', 'TEXT'], rows);
}

/** A mail that just came. */
export function renderMailLine(style: Style, mail: Mail): string {
  const time = style.dim(new Date().toLocaleTimeString());
  return `${time}  ${style.dim(shortId(mail))}  ${style.bold(addressText(mail.sender))}  ${plainText(mail.text)}`;
}

/** A whole mail. */
export function renderMail(style: Style, mail: Mail): string {
  const facts = renderPairs(style, [
    ['from', addressText(mail.sender)],
    ['to', plainLine(mail.target)],
    ['came', agoText(mail.receiveTime)],
    ['id', toHex(mail.messageId)],
    ...(mail.replyTo.length > 0 ? [['answers', toHex(mail.replyTo)] as [string, string]] : []),
  ]);
  return [facts, '', plainText(mail.text)].join('\n');
}

function addressText(address: MailAddress | undefined): string {
  if (!address) return '';
  const node = address.alias || shortNodeId(address.nodeId);
  return plainLine(address.agent === '' ? node : `${address.agent}@${node}`);
}

function shortId({ messageId }: Mail): string {
  return toHex(messageId).slice(-SHORT_ID);
}

function preview(text: string): string {
  const line = plainLine(text.slice(0, PREVIEW_CHARS * 4));
  return line.length > PREVIEW_CHARS ? `${line.slice(0, PREVIEW_CHARS - 1)}…` : line;
}
