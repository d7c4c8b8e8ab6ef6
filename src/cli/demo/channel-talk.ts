/** A channel: an agent and the people of two nodes read the same words in the same order, also what they missed. */
import { type Client, createClient } from '@connectrpc/connect';
import type { ChannelMessage } from '../../../gen/towline/v1/channel_pb.ts';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { newRequestId } from '../../base/request-id.ts';
import { transportTo } from '../client.ts';
import type { AgentTarget } from './agent.ts';
import { Collected } from './collect.ts';
import { type Figure, median, round } from './figures.ts';
import type { Mesh } from './mesh.ts';
import { type Say, shortTime } from './transcript.ts';
import { verify } from './verify.ts';

const CHANNEL = 'dev';
/** Enough for a median; each waits for both followers. */
const MESSAGES = 25;
const MISSED = 3;

type Channels = Client<typeof ChannelService>;
type Follower = Collected<ChannelMessage>;

/** The channel lives on the lab, the laptop's hub. The agent on the laptop speaks; the owners of both nodes follow. */
export async function talkInChannel({ laptop, lab }: Mesh, { home, url, token }: AgentTarget, say: Say) {
  const agent = createClient(ChannelService, transportTo(home, url, token));
  await agent.createChannel({ name: CHANNEL, groups: ['home'], requestId: newRequestId() });
  say(`an agent on ${laptop.name} makes #${CHANNEL} on its hub ${lab.name}, for the group home`);
  const [here, there] = [laptop.client(ChannelService), lab.client(ChannelService)];
  for (const channels of [here, there]) await channels.joinChannel({ channel: CHANNEL });

  await using onLab = follow(there);
  const { last, figure } = await speakToBoth(agent, here, onLab, say);
  await comeBack(here, there, last, say);
  return figure;
}

async function speakToBoth(agent: Channels, here: Channels, onLab: Follower, say: Say) {
  await using onLaptop = follow(here);
  const delays: number[] = [];
  for (let count = 1; count <= MESSAGES; count += 1) delays.push(await speak(agent, `word ${count}`, onLaptop, onLab));
  const [seenHere, seenThere] = [textsOf(onLaptop), textsOf(onLab)];
  verify(seenHere === seenThere, 'both followers saw the same messages with the same cursors, in the same order');
  const last = onLaptop.arrivals.at(-1)?.item.cursor ?? 0n;
  say(`${MESSAGES} messages, each seen on both nodes ${shortTime(median(delays))} after it was sent, on disk before`);
  const figure: Figure = { name: 'channel_send_to_both_followers_p50', value: round(median(delays)), unit: 'ms' };
  return { last, figure };
}

/** How long one message takes from the agent to the later of the two. */
async function speak(agent: Channels, text: string, ...followers: Follower[]): Promise<number> {
  const start = performance.now();
  const { cursor } = await agent.sendToChannel({ channel: CHANNEL, text, requestId: newRequestId() });
  const seen = followers.map((follower) => follower.until(`message ${cursor}`, (message) => message.cursor === cursor));
  return Math.max(...(await Promise.all(seen)).map(({ atMs }) => atMs)) - start;
}

/** The laptop's follower was away, and goes on behind the last message that it saw. */
async function comeBack(here: Channels, there: Channels, last: bigint, say: Say): Promise<void> {
  for (let count = 1; count <= MISSED; count += 1) {
    await there.sendToChannel({ channel: CHANNEL, text: `missed ${count}`, requestId: newRequestId() });
  }
  await using again = follow(here, last);
  await again.until('what was missed', ({ text }) => text === `missed ${MISSED}`);
  const texts = again.arrivals.map(({ item }) => item.text);
  verify(texts.join() === 'missed 1,missed 2,missed 3', 'exactly what was said meanwhile');
  say(`a follower goes away, ${MISSED} more are sent; it comes back and gets these ${MISSED}, and no other`);
}

function follow(channels: Channels, after = 0n): Follower {
  return new Collected((signal) => messagesOf(channels, after, signal));
}

async function* messagesOf(channels: Channels, cursor: bigint, signal: AbortSignal): AsyncIterable<ChannelMessage> {
  const start = { case: 'after', value: { cursor } } as const;
  for await (const { event } of channels.subscribeChannel({ channel: CHANNEL, start }, { signal })) {
    if (event.case === 'messages') yield* event.value.messages;
  }
}

function textsOf({ arrivals }: Follower): string {
  return arrivals.map(({ item }) => `${item.cursor} ${item.text}`).join('\n');
}
