/**
 * Three nodes, agents that send and agents that read, each a process; a network that cuts; clocks that jump; and somebody
 * who kills. The
 * agents know nothing of it: they send, send again, and go on reading, as any agent would.
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { expect, vi } from 'vitest';
import { ChannelService } from '../../../gen/towline/v1/channel_service_pb.ts';
import { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { nodeClient } from '../../../src/cli/client.ts';
import { startMesh, type TestMesh, type TestNode } from '../../fixtures/mesh.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { ReaderAccount, SenderAccount } from './account.ts';
import { CLOCK_FILE } from './jumping-clock.ts';
import { clientOf } from './lines.ts';
import { Program, type Victim } from './program.ts';
import type { ReaderOrders } from './reader.ts';
import type { SenderOrders } from './sender.ts';

export interface StormOptions {
  /** Of all senders together. */
  readonly messages: number;
  /** How long each of the 32 hands of a sender rests after a message: all shall not be said before the first kill. */
  readonly paceMs: number;
  /** One every 200 ms, while something runs that can be killed. */
  readonly kills: number;
  /** On a machine with much else to do processes start slowly: then it ends after so long, with fewer kills. */
  readonly harmMs: number;
  /** How long it may take afterwards until everything is where it belongs. */
  readonly calmMs: number;
}

type Name = 'hub' | 'left' | 'right';

const NAMES: readonly Name[] = ['hub', 'left', 'right'];
const KILL_EVERY_MS = 200;
const CUT_EVERY_MS = 1_500;
const JUMP_EVERY_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** By how much clocks are wrong, one after the other. */
const WRONG_MS = [-DAY_MS, 60_000, DAY_MS, -60_000, 0];
const CLOCK = pathToFileURL(join(import.meta.dirname, 'jumping-clock.ts')).href;
const CHANNEL = 'storm';
const READER = 'reader';
const WAIT = { interval: 250 };

/** Who sends what, from where. */
const SENDERS: readonly { name: string; node: Name; target: string }[] = [
  { name: 'sayer-left', node: 'left', target: `#${CHANNEL}` },
  { name: 'sayer-right', node: 'right', target: `#${CHANNEL}` },
  { name: 'writer-left', node: 'left', target: `${READER}@right` },
  { name: 'writer-right', node: 'right', target: `${READER}@left` },
];

export class Storm implements AsyncDisposable {
  readonly #mesh: TestMesh<Name>;
  readonly #proxy: FaultProxy;
  readonly #stack: AsyncDisposableStack;
  readonly #senders: SenderAccount[] = [];
  readonly #readers: ReaderAccount[] = [];
  readonly #programs: Program[] = [];
  readonly #nodes: NodeVictim[];
  readonly #clocks: Record<Name, string>;
  #jumps = 0;
  readonly #kills: Record<string, number> = {};
  #underFire = 0;
  readonly #tookMs: Record<string, number> = {};

  private constructor(
    mesh: TestMesh<Name>,
    proxy: FaultProxy,
    clocks: Record<Name, string>,
    stack: AsyncDisposableStack,
  ) {
    this.#mesh = mesh;
    this.#clocks = clocks;
    this.#proxy = proxy;
    this.#stack = stack;
    this.#nodes = NAMES.map((name) => new NodeVictim(mesh.node(name)));
  }

  /** Nodes that know each other, with a channel and its members, before anything is killed. */
  static async start(): Promise<Storm> {
    await using stack = new AsyncDisposableStack();
    const proxy = stack.use(await FaultProxy.start());
    const config = `listen:\n  advertise: ["${proxy.address}"]\n`;
    const folder = await mkdtemp(join(tmpdir(), 'towline-test-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const clocks = { hub: join(folder, 'hub'), left: join(folder, 'left'), right: join(folder, 'right') };
    const env = (name: Name) => ({ NODE_OPTIONS: `--import=${CLOCK}`, [CLOCK_FILE]: clocks[name] });
    const mesh = stack.use(
      await startMesh<Name>({
        hub: { config, env: env('hub') },
        left: { env: env('left') },
        right: { env: env('right') },
      }),
    );
    proxy.target = new URL(mesh.node('hub').url).host;
    for (const name of ['left', 'right'] as const) await mesh.join(name, 'hub');
    await mesh.join('right', 'left');
    return new Storm(mesh, proxy, clocks, stack.move());
  }

  async run({ messages, paceMs, kills, harmMs, calmMs }: StormOptions): Promise<void> {
    await this.#phase('begin', () => this.#begin(Math.ceil(messages / SENDERS.length), paceMs));
    await this.#phase('harm', () => this.#harm(kills, harmMs));
    const deadline = performance.now() + calmMs;
    await this.#phase('settle', () => this.#settle(deadline));
    await this.#phase('channel', () => this.#checkReaders(deadline));
    await this.#phase('mail', () => this.#checkInboxes());
  }

  async #phase(name: string, work: () => Promise<void>): Promise<void> {
    const startedMs = performance.now();
    await work();
    this.#tookMs[name] = Math.round(performance.now() - startedMs);
  }

  async #begin(each: number, paceMs: number): Promise<void> {
    const tokens = new Map<string, string>();
    for (const name of NAMES) tokens.set(name, await this.#token(name, READER));
    for (const { name, node } of SENDERS) tokens.set(name, await this.#token(node, name));
    const channelId = await this.#channel();
    const tokenOf = (name: string) => tokens.get(name) ?? '';
    for (const name of NAMES) await this.#join(name, tokenOf(name));
    for (const { name, node, target } of SENDERS) if (target.startsWith('#')) await this.#join(node, tokenOf(name));
    for (const name of NAMES) this.#read(name, tokenOf(name), channelId);
    for (const sender of SENDERS) this.#send(sender, { token: tokenOf(sender.name), end: each, paceMs });
    await Promise.all(this.#programs.map(({ ready }) => ready));
  }

  async #token(node: Name, agent: string): Promise<string> {
    return (await this.#mesh.node(node).json<{ token: string }>('token', 'create', '--agent', agent)).token;
  }

  /** Made by the owner of the hub; all who send or read join. Gives its id in hex. */
  async #channel(): Promise<string> {
    const hub = await nodeClient(this.#mesh.node('hub').home, ChannelService);
    const { channel } = await hub.createChannel({ name: CHANNEL, groups: ['home'] });
    return Buffer.from(channel?.channel?.channelId ?? []).toString('hex');
  }

  async #join(node: Name, token: string): Promise<void> {
    await clientOf(ChannelService, { url: this.#mesh.node(node).url, token }).joinChannel({ channel: CHANNEL });
  }

  #read(node: Name, token: string, channelId: string): void {
    const account = new ReaderAccount(`reader on ${node}`);
    const orders = (): ReaderOrders => {
      const { cursor, messageId, mailCursor } = account;
      return { url: this.#mesh.node(node).url, token, channel: CHANNEL, channelId, cursor, messageId, mailCursor };
    };
    this.#readers.push(account);
    this.#programs.push(new Program(account.name, 'reader.ts', orders, (words) => account.hear(words)));
  }

  #send({ name, node, target }: (typeof SENDERS)[number], fixed: Pick<SenderOrders, 'token' | 'end' | 'paceMs'>): void {
    const account = new SenderAccount(name);
    const orders = (): SenderOrders => {
      const { begun: next } = account;
      return { ...fixed, url: this.#mesh.node(node).url, name, target, next, again: account.again() };
    };
    this.#senders.push(account);
    this.#programs.push(new Program(name, 'sender.ts', orders, (words) => account.hear(words)));
  }

  /** Kills something that runs, every now and then; cuts the links of the hub; and sets clocks. */
  async #harm(kills: number, ms: number): Promise<void> {
    const cutting = setInterval(() => this.#proxy.reset(Math.floor(Math.random() * 2) * 10_000), CUT_EVERY_MS);
    const jumping = setInterval(() => this.#jump(), JUMP_EVERY_MS);
    const victims: readonly Victim[] = [...this.#programs, ...this.#nodes];
    const end = performance.now() + ms;
    let movedBefore = 0;
    for (let killed = 0; killed < kills && performance.now() < end; await sleep(KILL_EVERY_MS)) {
      const victim = victims[Math.floor(Math.random() * victims.length)];
      // A storm in which nothing moves proves nothing: on a slow machine it waits until something has.
      const moved = this.#moved();
      if (!victim?.isUp || moved === movedBefore) continue;
      movedBefore = moved;
      victim.kill();
      killed++;
      this.#kills[victim.name] = (this.#kills[victim.name] ?? 0) + 1;
    }
    clearInterval(cutting);
    clearInterval(jumping);
    this.#underFire = this.#moved();
    await Promise.all(this.#nodes.map((node) => node.back));
  }

  /** Somebody sets the clock of a node, also of one that is just being started. */
  #jump(): void {
    const name = NAMES[Math.floor(Math.random() * NAMES.length)] ?? 'hub';
    writeFileSync(this.#clocks[name], String(WRONG_MS[this.#jumps++ % WRONG_MS.length]));
  }

  /** How many messages were accepted so far. */
  #moved(): number {
    return this.#senders.reduce((sum, { accepted }) => sum + accepted.size, 0);
  }

  async #settle(deadline: number): Promise<void> {
    const senders = this.#programs.filter(({ name }) => SENDERS.some((sender) => sender.name === name));
    const late = sleep(deadline - performance.now(), 'late', { ref: false });
    const ended = await Promise.race([Promise.all(senders.map(({ done }) => done)), late]);
    if (ended === 'late') expect.fail(`the senders are not done: ${this.report()}`);
  }

  /** All readers of the channel see the same, without a gap, and what was promised. */
  async #checkReaders(deadline: number): Promise<void> {
    const hub = await nodeClient(this.#mesh.node('hub').home, ChannelService);
    const { lastCursor } = await hub.readChannel({ channel: CHANNEL, newestFirst: true, pageSize: 1 });
    const timeout = deadline - performance.now();
    for (const reader of this.#readers) {
      await vi.waitFor(() => expect(reader.cursor, reader.name).toBe(Number(lastCursor)), { ...WAIT, timeout });
      expect(reader.wrong, reader.name).toEqual([]);
      expect(reader.texts).toEqual(this.#readers[0]?.texts);
      for (const sender of this.#senders) {
        if (sender.name.startsWith('sayer')) sender.check(reader.texts, reader.name);
      }
    }
  }

  /** What lies in the inboxes is what was promised, and what the streams have shown. */
  async #checkInboxes(): Promise<void> {
    for (const [at, from] of [
      ['left', 'writer-right'],
      ['right', 'writer-left'],
    ] as const) {
      const sender = this.#senders.find(({ name }) => name === from);
      const reader = this.#readers.find(({ name }) => name.endsWith(at));
      const check = async () => {
        const texts = await this.#inbox(at);
        sender?.check(texts, `inbox of ${at}`);
        expect(reader?.mailTexts, `stream of ${at}`).toEqual(texts);
      };
      await vi.waitFor(check, { interval: 2_000, timeout: 60_000 });
      expect(reader?.wrong).toEqual([]);
    }
  }

  /** The inbox of the reader, oldest first. */
  async #inbox(node: Name): Promise<string[]> {
    const client = await nodeClient(this.#mesh.node(node).home, MailboxService);
    const texts: string[] = [];
    for (let pageToken = ''; ; ) {
      const page = await client.listMail({ agent: READER, pageSize: 1_000, pageToken });
      texts.push(...page.mails.map(({ text }) => text));
      pageToken = page.nextPageToken;
      if (pageToken === '') return texts.reverse();
    }
  }

  /** What happened, for people. */
  report(): string {
    const senders = this.#senders.map(({ name, accepted, endings }) => ({ name, accepted: accepted.size, endings }));
    const readers = this.#readers.map(({ name, cursor, mails }) => ({ name, messages: cursor, mails: mails.size }));
    return JSON.stringify(
      {
        kills: this.#kills,
        clockJumps: this.#jumps,
        acceptedUnderFire: this.#underFire,
        tookMs: this.#tookMs,
        senders,
        readers,
      },
      undefined,
      2,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.stop()));
    await Promise.all(this.#nodes.map(({ back }) => back));
    await this.#stack.disposeAsync();
  }
}

/** A node that is started anew at once. */
class NodeVictim implements Victim {
  readonly name: string;
  readonly #node: TestNode;
  isUp = true;
  /** Resolves when it runs again. */
  back: Promise<void> = Promise.resolve();

  constructor(node: TestNode) {
    this.name = node.name;
    this.#node = node;
  }

  kill(): void {
    this.isUp = false;
    this.back = this.#again();
  }

  async #again(): Promise<void> {
    await this.#node.stop('SIGKILL');
    await this.#node.start();
    this.isUp = true;
  }
}
