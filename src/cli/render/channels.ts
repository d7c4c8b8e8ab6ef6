import {
  type ChannelMember,
  type ChannelMessage,
  type ChannelSummary,
  MessageType,
} from '../../../gen/towline/v1/channel_pb.ts';
import { plainLine, plainText } from './plain.ts';
import type { Style } from './style.ts';
import { renderPairs, renderTable } from './table.ts';
import { agoText, clockText } from './time.ts';

/** Channels, one a line. */
export function renderChannels(style: Style, channels: readonly ChannelSummary[]): string {
  const rows = channels.map(({ channel, memberCount, connectedCount, messageCount, lastCursor }) => [
    style.bold(`#${channel?.name ?? ''}`),
    `${connectedCount}/${memberCount}`,
    String(messageCount),
    String(lastCursor),
    channel?.groups.join(', ') ?? '',
    plainLine(channel?.title ?? ''),
  ]);
  return renderTable(style, ['CHANNEL', 'HERE/MEMBERS', 'MESSAGES', 'LAST', 'GROUPS', 'TITLE'], rows);
}

/** One channel and some of its members. */
export function renderChannel(style: Style, summary: ChannelSummary): string {
  const { channel, memberCount, connectedCount, messageCount, firstCursor, lastCursor, members } = summary;
  const facts = renderPairs(style, [
    ['channel', `#${channel?.name ?? ''}`],
    ['title', plainLine(channel?.title ?? '')],
    ['made', `${agoText(channel?.createTime)} by ${channel?.creator?.agent ?? ''}@${channel?.creatorAlias ?? ''}`],
    ['groups', channel?.groups.join(', ')],
    ['messages', messageCount === 0n ? '0' : `${messageCount}, ${firstCursor} to ${lastCursor}`],
    ['members', `${memberCount}, ${connectedCount} of them here now`],
  ]);
  return [facts, '', renderMembers(style, members)].join('\n');
}

export function renderMembers(style: Style, members: readonly ChannelMember[]): string {
  const rows = members.map(({ agent, alias, displayName, connected, joinTime }) => [
    style.bold(`${agent?.agent ?? ''}@${alias}`),
    connected ? style.good('here') : '',
    agoText(joinTime),
    plainLine(displayName),
  ]);
  return renderTable(style, ['MEMBER', 'NOW', 'JOINED', 'CALLS ITSELF'], rows);
}

/** A message as a line, or more where its text has more. */
export function renderMessage(style: Style, message: ChannelMessage): string {
  const { cursor, createTime, sender, senderAlias, senderName, type, replyTo, text, blobs } = message;
  const isSystem = type === MessageType.SYSTEM;
  const who = `${sender?.agent ?? ''}@${senderAlias}${senderName === '' ? '' : ` (${plainLine(senderName)})`}`;
  const marks = [
    type === MessageType.TOOL_RESULT ? 'tool result' : '',
    replyTo === undefined ? '' : `answers ${replyTo}`,
    blobs.length === 0 ? '' : `${blobs.length} blobs`,
  ].filter((mark) => mark !== '');
  const head = `${style.dim(`${String(cursor).padStart(5)}  ${clockText(createTime)}`)}  `;
  if (isSystem) return `${head}${style.dim(`* ${plainLine(text)}`)}`;
  const about = marks.length === 0 ? '' : style.dim(` [${marks.join(', ')}]`);
  return `${head}${style.bold(who)}${about}: ${plainText(text).replaceAll('\n', '\n       ')}`;
}
