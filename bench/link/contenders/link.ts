/** The link, as a node has it: its port, registry and guard at one end, a generated client at the other. */
import { randomBytes } from 'node:crypto';
import { Access } from '../../../gen/towline/v1/access_pb.ts';
import { silentLog } from '../../../src/base/log.ts';
import { acceptedTls, dialTls } from '../../../src/link/carrier/tls.ts';
import type { LinkOptions } from '../../../src/link/handshake.ts';
import type { Link } from '../../../src/link/link.ts';
import { acceptLink, dialLink } from '../../../src/link/open.ts';
import { defaultConnectionLimits } from '../../../src/node/listener/limits.ts';
import { createListener } from '../../../src/node/listener/listener.ts';
import { createClient } from '../../../src/rpc/client.ts';
import { serveLink } from '../../../src/rpc/link-server.ts';
import { createLinkTransport } from '../../../src/rpc/link-transport.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { nodeIdOfCertificate } from '../../../src/trust/certificate.ts';
import type { Call, Caller, Contender, Party } from '../contender.ts';
import { counter, echo } from '../echo.ts';
import { EchoService } from '../gen/towline/bench/v1/echo_service_pb.ts';
import { generatedCaller } from '../generated-caller.ts';

/** Links that are opened at a time. */
const AT_ONCE = 16;

const instanceId = new Uint8Array(randomBytes(16));

export const link: Contender = {
  async serve(own) {
    const registry = new ServiceRegistry({ interceptors: [counter()] });
    registry.add(EchoService, echo, { access: Access.PEER });
    return listenForLinks(own, (link) => {
      serveLink(link, registry, { kind: 'peer', name: 'client', groups: new Set() });
    });
  },
  dial: async (address, own) => callerOf([await openLink(address, own)]),
  async dialMany(address, own, count) {
    const links: Link[] = [];
    while (links.length < count) {
      const some = Array.from({ length: Math.min(AT_ONCE, count - links.length) }, () => openLink(address, own));
      links.push(...(await Promise.all(some)));
    }
    return callerOf(links);
  },
};

/** The port of a node, which takes links of everybody. Resolves to where it listens. */
export async function listenForLinks(own: Party, take: (link: Link) => void): Promise<string> {
  const listener = createListener({
    host: '127.0.0.1',
    port: 0,
    plainRemote: false,
    limits: defaultConnectionLimits,
    tls: own,
    nodeIdOfCertificate,
    handlers: {
      onRequest: ({ socket }) => void socket.destroy(),
      async onLinkStream(stream, headers, { tlsSocket }) {
        const carrier = tlsSocket && acceptedTls(tlsSocket, 'loopback');
        if (!carrier) return void stream.close();
        take(await acceptLink(stream, headers, carrier, { ...linkOptions(own), isTrusted: () => true }));
      },
    },
    log: silentLog,
  });
  const { port } = await listener.listen();
  return `127.0.0.1:${port}`;
}

export async function openLink(address: string, own: Party): Promise<Link> {
  const carrier = await dialTls({ identity: own, nodeId: own.peerNodeId, address });
  return dialLink(carrier, linkOptions(own));
}

function callerOf(links: readonly Link[]): Caller {
  const callers = links.map((link) =>
    generatedCaller(createClient(EchoService, createLinkTransport(link, { interceptors: [counter()] }))),
  );
  const [first] = callers;
  if (callers.length === 1 && first) return first;
  return {
    calls(payloadBytes) {
      const calls = callers.flatMap((caller) => caller.calls?.(payloadBytes) ?? []);
      let next = 0;
      return () => (calls[next++ % calls.length] as Call)();
    },
  };
}

function linkOptions({ identity }: Party): LinkOptions {
  return { identity, hello: () => ({ instanceId, software: 'bench/1' }), log: silentLog };
}
