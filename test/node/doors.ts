// A node of this process, and every way in: each door gives a transport for somebody, and the walk of the schema tries all
// methods through it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type DescMethod } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { AdminService } from '../../gen/towline/v1/admin_service_pb.ts';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { dialTls } from '../../src/link/carrier/tls.ts';
import type { Link } from '../../src/link/link.ts';
import { dialLink } from '../../src/link/open.ts';
import { type RunningNode, startNode } from '../../src/node/start.ts';
import { createClient } from '../../src/rpc/client.ts';
import { createLinkTransport } from '../../src/rpc/link-transport.ts';
import { once } from '../../src/rpc/messages.ts';
import type { Principal } from '../../src/rpc/principal.ts';
import { readOwnerToken } from '../../src/trust/owner-token.ts';
import { optionsOf, type TestNode, testNode } from '../link/support.ts';

export const owner: Principal = { kind: 'owner', name: 'owner', groups: new Set() };

/** Who calls: a bearer of a token, or the holder of a key. */
export interface Caller {
  readonly token?: string;
  readonly key?: TestNode;
}

/** The HTTP protocols, each on a connection that a caller of its kind can have. */
export const httpDoors: Readonly<Record<string, (baseUrl: string, caller: Caller) => Promise<Transport>>> = {
  Connect: async (url, who) => createConnectTransport({ ...(await common(url, who)), httpVersion: '1.1' }),
  'Connect over HTTP/2': async (url, who) => createConnectTransport({ ...(await common(url, who)), httpVersion: '2' }),
  'Connect with JSON': async (url, who) =>
    createConnectTransport({ ...(await common(url, who)), httpVersion: '1.1', useBinaryFormat: false }),
  'Connect by GET': async (url, who) =>
    createConnectTransport({ ...(await common(url, who)), httpVersion: '1.1', useHttpGet: true }),
  gRPC: async (url, who) => createGrpcTransport(await common(url, who)),
  'gRPC-Web': async (url, who) => createGrpcWebTransport({ ...(await common(url, who)), httpVersion: '1.1' }),
};

async function common(baseUrl: string, { token, key }: Caller) {
  const nodeOptions = key && { ...(await key.tls()), rejectUnauthorized: false };
  const bearer = (next: never) => (request: { header: Headers }) => {
    if (token !== undefined) request.header.set('authorization', `Bearer ${token}`);
    return (next as (request: unknown) => never)(request);
  };
  return {
    baseUrl: key ? baseUrl.replace('http:', 'https:') : baseUrl,
    interceptors: [bearer as never],
    ...(nodeOptions && { nodeOptions }),
  };
}

export class Doors implements AsyncDisposable {
  readonly node: RunningNode;
  readonly home: string;
  readonly ownerToken: string;
  readonly #links: Link[] = [];

  static async open(): Promise<Doors> {
    const home = await mkdtemp(join(tmpdir(), 'towline-doors-'));
    const node = await startNode({ home, name: 'doors', listen: { host: '127.0.0.1', port: 0 } });
    return new Doors(node, home, await readOwnerToken(home));
  }

  private constructor(node: RunningNode, home: string, ownerToken: string) {
    this.node = node;
    this.home = home;
    this.ownerToken = ownerToken;
  }

  get admin() {
    return createClient(AdminService, this.node.clients(owner).transport);
  }

  /** The bearer of a new token. */
  async bearer(kind: TokenKind, subject: string): Promise<Caller> {
    const groups = kind === TokenKind.PROGRAM ? ['home'] : [];
    return { token: (await this.admin.createToken({ kind, subject, groups })).token };
  }

  /** The holder of a key that the node trusts. */
  async peer(alias: string): Promise<Required<Pick<Caller, 'key'>>> {
    const key = testNode();
    await this.admin.addTrust({ nodeId: key.nodeId, alias, group: 'home' });
    return { key };
  }

  /** What the holder of a key calls over a link. */
  async linkOf({ key }: Required<Pick<Caller, 'key'>>): Promise<Transport> {
    const address = new URL(this.node.url).host;
    const nodeId = (await this.node.clients(owner).nodes.getNode({})).node?.nodeId ?? new Uint8Array();
    const carrier = await dialTls({ identity: await key.tls(), nodeId, address });
    const link = await dialLink(carrier, optionsOf(key));
    this.#links.push(link);
    return createLinkTransport(link);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const link of this.#links) link.close(0, 'the test is over');
    await this.node.stop();
    await rm(this.home, { recursive: true });
  }
}

/** Calls any method with an empty request; rejects with what the node answers. Only the first answer is read. */
export async function tryMethod(transport: Transport, method: DescMethod): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  const request = create(method.input);
  if (method.methodKind === 'unary') {
    await transport.unary(method as never, signal, undefined, undefined, request as never);
    return;
  }
  const answers = await transport.stream(method as never, signal, undefined, undefined, once(request) as never);
  for await (const _ of answers.message) break;
}
