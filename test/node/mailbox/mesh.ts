// Whole nodes in this process, over real sockets, that send each other mail.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@connectrpc/connect';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import type { Delivery, DeliveryState, Mail } from '../../../gen/towline/v1/mailbox_pb.ts';
import { MailboxService } from '../../../gen/towline/v1/mailbox_service_pb.ts';
import { NodeService } from '../../../gen/towline/v1/node_service_pb.ts';
import { TokenKind } from '../../../gen/towline/v1/token_pb.ts';
import { type RunningNode, startNode } from '../../../src/node/start.ts';
import { createClient } from '../../../src/rpc/client.ts';
import type { Principal } from '../../../src/rpc/principal.ts';
import { parseNodeId } from '../../../src/trust/node-id.ts';

const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

export class MailNode {
  readonly name: string;
  readonly home: string;
  running!: RunningNode;
  #port = 0;

  constructor(name: string, home: string) {
    this.name = name;
    this.home = home;
  }

  /** On the same port as before, if it ran before. */
  async start(): Promise<void> {
    this.running = await startNode({
      home: this.home,
      name: this.name,
      listen: { host: '127.0.0.1', port: this.#port },
    });
    this.#port = Number(new URL(this.running.url).port);
  }

  get nodeId(): Uint8Array {
    return parseNodeId(this.running.nodeIdText);
  }

  get admin(): Client<typeof AdminService> {
    return createClient(AdminService, this.running.clients(owner).transport);
  }

  get nodes(): Client<typeof NodeService> {
    return createClient(NodeService, this.running.clients(owner).transport);
  }

  /** The mailbox as the owner sees it, or an agent. */
  mail(agent?: string): Client<typeof MailboxService> {
    const principal: Principal = agent === undefined ? owner : { kind: 'agent', name: agent, groups: new Set() };
    return createClient(MailboxService, this.running.clients(principal).transport);
  }

  /** Makes the agent known here. */
  async addAgent(name: string): Promise<void> {
    await this.admin.createToken({ kind: TokenKind.AGENT, subject: name, lifetimeSeconds: 3_600 });
  }

  async send(target: string, text: string, more: Parameters<Client<typeof MailboxService>['sendMail']>[0] = {}) {
    return this.mail().sendMail({ target, text, ...more });
  }

  async texts(agent?: string): Promise<string[]> {
    const { mails } = await this.mail(agent).listMail({ pageSize: 1_000 });
    return mails.map(({ text }) => text).reverse();
  }

  /** Waits until all deliveries of a mail are in one of these states; resolves to the last. */
  async until(messageId: Uint8Array, ...states: DeliveryState[]): Promise<Delivery> {
    const latest = new Map<string, Delivery>();
    for await (const { delivery } of this.mail().watchDelivery({ messageId }, { timeoutMs: 20_000 })) {
      if (delivery) latest.set(String(delivery.receiver?.nodeId), delivery);
      if ([...latest.values()].every(({ state }) => states.includes(state)) && delivery) return delivery;
    }
    throw new Error(`ended in ${[...latest.values()].map(({ state }) => state)}`);
  }

  /** The first mails of a stream. */
  async receive(count: number, request: Parameters<Client<typeof MailboxService>['receiveMail']>[0] = { after: {} }) {
    const mails: Mail[] = [];
    for await (const { event } of this.mail().receiveMail(request, { timeoutMs: 20_000 })) {
      if (event.case === 'mail') mails.push(event.value);
      if (mails.length === count) break;
    }
    return mails;
  }

  /** `joiner` redeems an invite of this node. */
  async invites(joiner: MailNode, group = 'home'): Promise<void> {
    const { invite } = await this.admin.createInvite({ group });
    await joiner.admin.join({ invite });
  }
}

export class MailMesh implements AsyncDisposable {
  readonly #nodes: MailNode[] = [];
  #folder = '';

  static async start(...names: string[]): Promise<{ mesh: MailMesh; nodes: MailNode[] }> {
    const mesh = new MailMesh();
    mesh.#folder = await mkdtemp(join(tmpdir(), 'towline-mail-'));
    for (const name of names) mesh.#nodes.push(new MailNode(name, join(mesh.#folder, name)));
    await Promise.all(mesh.#nodes.map((node) => node.start()));
    return { mesh, nodes: mesh.#nodes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map(({ running }) => running.stop()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}
