import { createClient } from '@connectrpc/connect';
import type { ChannelMember, ChannelSummary } from '../../gen/towline/v1/channel_pb.ts';
import { ChannelService } from '../../gen/towline/v1/channel_service_pb.ts';
import { nodeTransport } from './client.ts';
import { allPages } from './pages.ts';
import { usageError } from './usage.ts';

const PAGE_SIZE = 1000;

/** Every channel that the owner of the running node may join. */
export async function listChannels(home: string): Promise<ChannelSummary[]> {
  const client = createClient(ChannelService, await nodeTransport(home));
  return allPages(async (pageToken) => {
    const { channels: rows, nextPageToken } = await client.listChannels({ pageSize: PAGE_SIZE, pageToken });
    return { rows, nextPageToken };
  });
}

/** Every member of a channel. */
export async function listMembers(home: string, channel: string): Promise<ChannelMember[]> {
  const client = createClient(ChannelService, await nodeTransport(home));
  return allPages(async (pageToken) => {
    const answer = await client.listChannelMembers({ channel, pageSize: PAGE_SIZE, pageToken });
    return { rows: answer.members, nextPageToken: answer.nextPageToken };
  });
}

/** The member that was typed as AGENT@NODE, or as AGENT where only one has that name. */
export function memberOf(members: readonly ChannelMember[], typed: string): ChannelMember {
  const found = members.filter((member) => shortName(member) === typed || member.agent?.agent === typed);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only === undefined) throw usageError(`no member is called ${typed}`, 'see `towline channel members`');
  throw usageError(`${typed} may be ${found.map(shortName).join(' or ')}`, 'name the node, too: AGENT@NODE');
}

/** "claude@desk". */
export function shortName({ agent, alias }: Pick<ChannelMember, 'agent' | 'alias'>): string {
  return `${agent?.agent ?? ''}@${alias}`;
}
