// Nodes of one process that are linked in memory, and reach each other through one of them or, if a test opens a port,
// directly. What a hub carries can be watched and changed.
import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Client } from '@connectrpc/connect';
import { RelayDialerSchema, RelayService } from '../../../gen/towline/v1/relay_service_pb.ts';
import { Broadcast } from '../../../src/base/broadcast.ts';
import { createLog, type LogRecord } from '../../../src/base/log.ts';
import { acceptCarrier } from '../../../src/link/accept-carrier.ts';
import { memoryCarriers } from '../../../src/link/carrier/memory.ts';
import type { OwnHello } from '../../../src/link/hello.ts';
import type { Link } from '../../../src/link/link.ts';
import { type AcceptOptions, dialLink } from '../../../src/link/open.ts';
import { createDialer } from '../../../src/node/dial.ts';
import { Links } from '../../../src/node/links.ts';
import { Peers } from '../../../src/node/peers.ts';
import { createRelayAcceptor } from '../../../src/node/relay/accept.ts';
import { createRelayDialer } from '../../../src/node/relay/dial.ts';
import { carryView, hubsOf, relayFeatures } from '../../../src/node/relay/legs.ts';
import { createClient } from '../../../src/rpc/client.ts';
import { createLinkTransport } from '../../../src/rpc/link-transport.ts';
import { mapStream } from '../../../src/rpc/messages.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { createRelay, type Relay } from '../../../src/services/relay/service.ts';
import { PeerTools } from '../../../src/services/tool/peer-tools.ts';
import { openMemoryStore } from '../../../src/store/memory/store.ts';
import { AddressBook } from '../../../src/trust/address-book.ts';
import { type Identity, loadOrCreateIdentity } from '../../../src/trust/identity.ts';
import { Keyring } from '../../../src/trust/keyring.ts';
import { nodeIdKey } from '../../../src/trust/node-id.ts';
import type { TlsIdentity } from '../../../src/trust/tls-identity.ts';
import { ProbeService } from '../../fixtures/probe.ts';
import { listen, type TestServer } from '../../link/support.ts';
import { scratchFolder } from '../../store/scratch.ts';

/** What a hub does with bytes that it carries, both ways. */
export type Tap = (data: Uint8Array) => Uint8Array;

export class Member implements AsyncDisposable {
  readonly name: string;
  readonly identity: Identity;
  readonly tls: TlsIdentity;
  readonly keyring: Keyring;
  readonly registry: ServiceRegistry;
  readonly book = new AddressBook(openMemoryStore().table('addresses'));
  readonly peers: Peers;
  readonly links: Links;
  readonly relay: Relay;
  readonly records: LogRecord[] = [];
  readonly #instanceId = new Uint8Array(randomBytes(16));
  readonly #tools: PeerTools;
  readonly #log = createLog((record) => this.records.push(record), 'debug');
  #server: TestServer | undefined;
  isRelaying = true;
  tap: Tap = (data) => data;
  /** Whom this hub names as the dialer, whoever it is. */
  claim: Uint8Array | undefined;
  /** Whom this hub connects to, whoever is asked for. */
  divert: Client<typeof RelayService> | undefined;

  static async start(name: string): Promise<Member> {
    const home = scratchFolder();
    const identity = await loadOrCreateIdentity(home);
    return new Member(name, identity, await identity.tls(), await Keyring.open(home));
  }

  private constructor(name: string, identity: Identity, tls: TlsIdentity, keyring: Keyring) {
    this.name = name;
    this.identity = identity;
    this.tls = tls;
    this.keyring = keyring;
    const log = this.#log;
    const hello = () => this.#hello();
    this.registry = new ServiceRegistry({ log });
    this.#tools = new PeerTools(new Broadcast<string>(), log);
    this.peers = new Peers(keyring, this.book, () => 0);
    const dialer = createDialer({
      identity,
      tls,
      hello,
      addressesOf: (nodeId) => this.peers.addresses(nodeId),
      locate: async () => [],
      hubs: () => hubsOf(this.links.pool.links()),
      dialThrough: createRelayDialer({ identity, tls, hello, keyring, log }),
      succession: { own: () => [], follow: async () => undefined },
      log,
    });
    const { book, peers, registry } = this;
    this.links = new Links({ identity, keyring, book, peers, tools: this.#tools, registry, ...dialer, log });
    const parts = { identity, keyring, isOn: () => this.isRelaying, links: () => this.links.pool.links(), log };
    const view = carryView(parts);
    const leg = (nodeId: Uint8Array) => this.#tapped(this.divert ?? view.leg(nodeId));
    const adopt = (link: Link) => this.links.pool.adopt(link);
    this.relay = createRelay({ ...view, leg }, createRelayAcceptor({ identity, tls, hello, keyring, adopt, log }));
    registry.add(RelayService, this.relay.service).add(ProbeService, {
      echo: (request) => request,
      async *chat(requests) {
        yield* requests;
      },
    });
    keyring.onChange(() => this.relay.review());
  }

  get nodeId(): Uint8Array {
    return this.identity.nodeId;
  }

  #hello(): OwnHello {
    return { instanceId: this.#instanceId, software: 'test/1', features: relayFeatures(this.isRelaying) };
  }

  /** This node trusts the others, under their names. */
  async trust(...others: Member[]): Promise<void> {
    for (const { nodeId, name } of others) await this.keyring.add({ nodeId, alias: name, group: 'home' });
  }

  get acceptOptions(): AcceptOptions {
    const isTrusted = (nodeId: Uint8Array) => this.keyring.byId(nodeId) !== undefined;
    return { identity: this.identity, hello: () => this.#hello(), isTrusted, log: this.#log };
  }

  /** Opens a link in memory, which nobody can open again. */
  async linkInMemory(hub: Member): Promise<Link> {
    const { dialed, accepted } = memoryCarriers(this.nodeId, hub.nodeId);
    void acceptCarrier(accepted, hub.acceptOptions).then((link) => hub.links.pool.adopt(link));
    const link = await dialLink(dialed, this.acceptOptions);
    this.links.pool.adopt(link);
    return link;
  }

  /** Listens for direct links; gives the address. */
  async openPort(): Promise<string> {
    const { identity, tls } = this;
    this.#server = await listen(
      { ...identity, tls: async () => tls, instanceId: this.#instanceId },
      this.acceptOptions,
    );
    void this.#adoptAll(this.#server);
    return this.#server.address;
  }

  async #adoptAll({ accepted }: TestServer): Promise<void> {
    for (;;) await accepted.next().then((link) => this.links.pool.adopt(link), ignoreTold);
  }

  /** The open link to another, if there is one. */
  linkTo(other: Member): Link | undefined {
    return this.links.pool.links().find(({ peerNodeId }) => nodeIdKey(peerNodeId) === nodeIdKey(other.nodeId));
  }

  /** RelayService of a hub, called over the link to it. */
  relayOf(hub: Member): Client<typeof RelayService> {
    return createClient(
      RelayService,
      createLinkTransport(() => this.links.pool.linkTo(hub.nodeId)),
    );
  }

  /** ProbeService of another member, dialed when it is called. */
  probe(other: Member): Client<typeof ProbeService> {
    return createClient(
      ProbeService,
      createLinkTransport(() => this.links.pool.linkTo(other.nodeId)),
    );
  }

  #tapped(client: Client<typeof RelayService>): Client<typeof RelayService> {
    const seen = <M extends { kind?: { case?: string | undefined; value?: unknown } }>(message: M): M => {
      const { case: kind, value } = message.kind ?? {};
      if (kind === 'data') return { ...message, kind: { case: kind, value: this.tap(value as Uint8Array) } };
      if (kind === 'dialer' && this.claim) {
        return { ...message, kind: { case: kind, value: create(RelayDialerSchema, { nodeId: this.claim }) } };
      }
      return message;
    };
    return {
      ...client,
      accept: (requests, options) => mapStream(client.accept(mapStream(requests, seen), options), seen),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tools.close();
    this.relay.close();
    await this.links.pool.close();
    await this.#server?.[Symbol.asyncDispose]();
    this.keyring.close();
  }
}

/** A refused link was told to its dialer. */
function ignoreTold(): void {}

export interface Trio extends AsyncDisposable {
  readonly hub: Member;
  readonly left: Member;
  readonly right: Member;
}

/** Two members that know no address of each other, and a hub that both are linked to. All trust all, in one group. */
export async function startTrio(): Promise<Trio> {
  const [hub, left, right] = await Promise.all(['hub', 'left', 'right'].map((name) => Member.start(name)));
  if (!hub || !left || !right) throw new Error('three members were started');
  await Promise.all([hub.trust(left, right), left.trust(hub, right), right.trust(hub, left)]);
  await Promise.all([left.linkInMemory(hub), right.linkInMemory(hub)]);
  return {
    hub,
    left,
    right,
    async [Symbol.asyncDispose]() {
      for (const member of [left, right, hub]) await member[Symbol.asyncDispose]();
    },
  };
}
