import { text } from 'node:stream/consumers';
import { create } from '@bufbuild/protobuf';
import { type Command, Option } from 'commander';
import { ChannelSummarySchema } from '../../../gen/towline/v1/channel_pb.ts';
import {
  ChannelService,
  LeaveChannelResponseSchema,
  ListChannelMembersResponseSchema,
  ListChannelsResponseSchema,
  ReadChannelResponseSchema,
  SendToChannelResponseSchema,
} from '../../../gen/towline/v1/channel_service_pb.ts';
import { newRequestId } from '../../base/request-id.ts';
import { listChannels, listMembers, memberOf } from '../channels.ts';
import { nodeClient } from '../client.ts';
import { parseWholeSeconds } from '../duration.ts';
import { followChannel } from '../follow-channel.ts';
import type { Io } from '../io.ts';
import { collect, parseWhole } from '../options.ts';
import { renderChannel, renderChannels, renderMembers, renderMessage } from '../render/channels.ts';
import { jsonOf, prettyJson } from '../render/json.ts';

export const examples = [
  'towline channel create dev --group home',
  'towline channel join dev',
  'towline channel send dev "the build is green"',
  'towline channel follow dev',
  'towline channel history dev --newest 50',
];

interface CreateOptions {
  readonly title?: string;
  readonly group?: string[];
  readonly name?: string;
  readonly keep?: number;
  readonly keepFor?: number;
}

interface SendOptions {
  readonly replyTo?: bigint;
  readonly mention?: string[];
  readonly join?: boolean;
}

interface HistoryOptions {
  readonly newest?: number;
  readonly after?: bigint;
  readonly before?: bigint;
  readonly follow?: boolean;
}

const nameOption = ['--name <name>', 'what you call yourself there, for people'] as const;

/** `towline channel`: where agents talk. The channels are those of this node's hub. */
export function setup(command: Command, io: Io): void {
  command
    .command('create <channel>')
    .description('Make a channel; you are its first member.')
    .option(
      '--group <group>',
      "a group of the hub whose members may join; may be repeated (default: the hub's agents and this node's)",
      collect,
    )
    .option('--title <text>', 'what it is for')
    .option(...nameOption)
    .option('--keep <count>', 'how many messages it keeps (default: 100,000)', parseWhole)
    .option('--keep-for <time>', 'for how long it keeps them (default: 90d)', parseWholeSeconds)
    .action((channel: string, options: CreateOptions) => make(io, channel, options));
  command
    .command('list')
    .description('List the channels that you may join.')
    .action(() => list(io));
  command
    .command('join <channel>')
    .description('Become a member.')
    .option(...nameOption)
    .action((channel: string, options: { name?: string }) => join(io, channel, options.name));
  command
    .command('leave <channel>')
    .description('Be a member no longer.')
    .action((channel: string) => leave(io, channel));
  command
    .command('send <channel> [words...]')
    .description('Say something; without words, or with "-", what comes on stdin.')
    .option('--reply-to <cursor>', 'the message that it answers', parseCursor)
    .option('--mention <member>', 'whom it speaks to: AGENT@NODE, or AGENT where that is one; may be repeated', collect)
    .option('--join', 'become a member first')
    .action((channel: string, words: string[], options: SendOptions) => send(io, channel, words, options));
  command
    .command('history <channel>')
    .description('Show what was said.')
    .option('--newest <count>', 'the newest messages, as many as this (default: 20)', parseWhole)
    .option('--after <cursor>', 'the messages after this one', parseCursor)
    .addOption(new Option('--before <cursor>', 'messages before this one').argParser(parseCursor).conflicts('follow'))
    .option('--follow', 'and then what comes, until Ctrl-C')
    .action((channel: string, options: HistoryOptions) => history(io, channel, options));
  command
    .command('follow <channel>')
    .description('Show the newest messages and then what comes, until Ctrl-C. Becomes a member.')
    .option('--newest <count>', 'how many to begin with (default: 20)', parseWhole)
    .option('--after <cursor>', 'begin after this one instead', parseCursor)
    .action((channel: string, options: HistoryOptions) => follow(io, channel, options));
  command
    .command('members <channel>')
    .description('List the members, and who listens now.')
    .action((channel: string) => members(io, channel));
  command
    .command('delete <channel>')
    .description('Delete a channel with all of its messages.')
    .action((channel: string) => remove(io, channel));
}

const DEFAULT_NEWEST = 20;

async function make(io: Io, name: string, options: CreateOptions): Promise<void> {
  const channels = await nodeClient(io.home, ChannelService);
  const { title = '', group: groups = [], name: displayName = '', keep: maxCount, keepFor: maxAgeSeconds } = options;
  const bounds = { ...(maxCount !== undefined && { maxCount }), ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) };
  const request = { name, title, groups, displayName, retention: bounds, requestId: newRequestId() };
  const { channel } = await channels.createChannel(request);
  if (io.json) return io.print(prettyJson(jsonOf(ChannelSummarySchema, channel ?? create(ChannelSummarySchema))));
  io.print(`The channel #${name} is there.`);
  if (groups.length === 0) io.note('Only agents of the hub and of this node may join it; name a group with --group.');
}

async function list(io: Io): Promise<void> {
  const channels = await listChannels(io.home);
  if (io.json) {
    const all = create(ListChannelsResponseSchema, { channels });
    return io.print(prettyJson(jsonOf(ListChannelsResponseSchema, all)));
  }
  if (channels.length > 0) return io.print(renderChannels(io.style, channels));
  io.note('There is no channel that you may join: towline channel create');
}

async function join(io: Io, name: string, displayName = ''): Promise<void> {
  const channels = await nodeClient(io.home, ChannelService);
  const { channel, joined } = await channels.joinChannel({ channel: name, displayName });
  if (!channel) return;
  if (io.json) return io.print(prettyJson(jsonOf(ChannelSummarySchema, channel)));
  io.print(renderChannel(io.style, channel));
  if (!joined) io.note('You were a member already.');
}

async function leave(io: Io, channel: string): Promise<void> {
  const channels = await nodeClient(io.home, ChannelService);
  const answer = await channels.leaveChannel({ channel });
  if (io.json) return io.print(prettyJson(jsonOf(LeaveChannelResponseSchema, answer)));
  io.print(answer.left ? `You left #${channel}.` : `You were no member of #${channel}.`);
}

async function send(io: Io, channel: string, words: string[], options: SendOptions): Promise<void> {
  const said =
    words.length === 0 || words.join(' ') === '-' ? (await text(io.stdin)).replace(/\r?\n$/, '') : words.join(' ');
  const channels = await nodeClient(io.home, ChannelService);
  if (options.join) await channels.joinChannel({ channel });
  const { mention = [], replyTo } = options;
  const known = mention.length === 0 ? [] : await listMembers(io.home, channel);
  const mentions = mention.flatMap((name) => memberOf(known, name).agent ?? []);
  const reply = replyTo === undefined ? {} : { replyTo };
  const answer = await channels.sendToChannel({ channel, text: said, mentions, requestId: newRequestId(), ...reply });
  if (io.json) return io.print(prettyJson(jsonOf(SendToChannelResponseSchema, answer)));
  io.print(`Sent: message ${answer.cursor} of #${channel}.`);
}

async function history(io: Io, channel: string, options: HistoryOptions): Promise<void> {
  if (options.follow) return follow(io, channel, options);
  const channels = await nodeClient(io.home, ChannelService);
  const { after, before } = options;
  const newestFirst = after === undefined || options.newest !== undefined;
  const bounds = { ...(after !== undefined && { after }), ...(before !== undefined && { before }) };
  const pageSize = options.newest ?? (newestFirst ? DEFAULT_NEWEST : 1_000);
  const page = await channels.readChannel({ channel, pageSize, newestFirst, ...bounds });
  if (newestFirst) page.messages.reverse();
  if (io.json) return io.print(prettyJson(jsonOf(ReadChannelResponseSchema, page)));
  for (const message of page.messages) io.print(renderMessage(io.style, message));
  const [first, last] = [page.messages[0], page.messages.at(-1)];
  if (page.hasMore && first && last) {
    io.note(newestFirst ? `There is more: --before ${first.cursor}` : `There is more: --after ${last.cursor}`);
  }
}

async function follow(io: Io, channel: string, { newest = DEFAULT_NEWEST, after }: HistoryOptions): Promise<void> {
  const channels = await nodeClient(io.home, ChannelService);
  await channels.joinChannel({ channel });
  await followChannel(io, channel, after === undefined ? { newestCount: newest } : { after: { cursor: after } });
}

async function members(io: Io, channel: string): Promise<void> {
  const all = await listMembers(io.home, channel);
  if (!io.json) return io.print(renderMembers(io.style, all));
  const answer = create(ListChannelMembersResponseSchema, { members: all });
  io.print(prettyJson(jsonOf(ListChannelMembersResponseSchema, answer)));
}

async function remove(io: Io, channel: string): Promise<void> {
  const channels = await nodeClient(io.home, ChannelService);
  await channels.deleteChannel({ channel });
  if (io.json) io.print('{}');
  else io.print(`The channel #${channel} is deleted.`);
}

function parseCursor(word: string): bigint {
  return BigInt(parseWhole(word));
}
