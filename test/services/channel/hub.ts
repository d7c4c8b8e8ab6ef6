// A hub's ChannelService over a store, and what callers of every kind get of it.
import type { Client, ServiceImpl } from '@connectrpc/connect';
import { onTestFinished } from 'vitest';
import type { ChannelMessage } from '../../../gen/towline/v1/channel_pb.ts';
import { ChannelService, type SubscribeChannelResponse } from '../../../gen/towline/v1/channel_service_pb.ts';
import { createClient as directClient } from '../../../src/rpc/client.ts';
import { reasonOf } from '../../../src/rpc/failure.ts';
import { createLocalTransport } from '../../../src/rpc/local-transport.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { Channels } from '../../../src/services/channel/service.ts';
import type { Quota } from '../../../src/services/quota.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Successions } from '../../../src/trust/roster/successions.ts';
import { newNodeId } from '../../trust/support.ts';

export type ChannelClient = Client<typeof ChannelService>;

export const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

export function agent(name: string): Principal {
  return { kind: 'agent', name, groups: new Set(), tokenId: name };
}

/** An agent of another node. */
export function peer(alias: string, groups: string[] = [], nodeId = newNodeId(), name?: string): Principal {
  return { kind: 'peer', name: alias, groups: new Set(groups), nodeId, ...(name !== undefined && { agent: name }) };
}

export interface HubOptions {
  readonly store?: Store;
  readonly now?: () => number;
  readonly quota?: Quota;
  readonly keys?: Successions;
}

export interface TestHub {
  readonly nodeId: Uint8Array;
  readonly store: Store;
  readonly service: ServiceImpl<typeof ChannelService>;
  as(principal: Principal): ChannelClient;
  close(): void;
}

const ownId = newNodeId();

export async function startHub({ store = openMemoryStore(), now, quota, keys }: HubOptions = {}): Promise<TestHub> {
  const self = { nodeId: ownId, alias: 'hub', ...(keys && { keys }) };
  const channels = await Channels.open({ store, self, ...(now && { now }), ...(quota && { quota }) });
  onTestFinished(() => channels.close());
  const registry = new ServiceRegistry().add(ChannelService, channels.service);
  const as = (principal: Principal) => directClient(ChannelService, createLocalTransport(registry, principal));
  return { nodeId: ownId, store, service: channels.service, as, close: () => channels.close() };
}

export async function reason(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => 'it worked',
    (error: unknown) => reasonOf(error),
  );
}

/** A subscription that is read event by event. */
export class Reading {
  readonly #events: AsyncIterator<SubscribeChannelResponse>;
  #waiting: ChannelMessage[] = [];

  constructor(events: AsyncIterable<SubscribeChannelResponse>) {
    this.#events = events[Symbol.asyncIterator]();
    onTestFinished(async () => void (await this.#events.return?.()));
  }

  async event(): Promise<SubscribeChannelResponse['event']> {
    const { done, value } = await this.#events.next();
    if (done) throw new Error('the subscription ended');
    return value.event;
  }

  /** The next message, whatever else comes before it. */
  async message(): Promise<ChannelMessage> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) return next;
      const event = await this.event();
      if (event.case === 'messages') this.#waiting.push(...event.value.messages);
    }
  }

  async texts(count: number): Promise<string[]> {
    const texts: string[] = [];
    while (texts.length < count) texts.push((await this.message()).text);
    return texts;
  }

  /** Reads until everything that was there has come; gives the texts. */
  async caughtUp(): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const event = await this.event();
      if (event.case === 'caughtUp') return texts;
      if (event.case === 'messages') texts.push(...event.value.messages.map(({ text }) => text));
    }
  }

  stop(): Promise<unknown> {
    return this.#events.return?.() ?? Promise.resolve();
  }
}
