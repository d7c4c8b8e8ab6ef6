/** Reaching other nodes by TLS: for links, and for the one call that a stranger may make. */
import { JoinService } from '../../gen/towline/v1/join_service_pb.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { dialTls } from '../link/carrier/tls.ts';
import type { OwnHello } from '../link/hello.ts';
import type { Link } from '../link/link.ts';
import { dialLink } from '../link/open.ts';
import { createClient } from '../rpc/client.ts';
import type { Identity } from '../trust/identity.ts';
import type { TlsIdentity } from '../trust/tls-identity.ts';
import type { JoinClientAt } from './join-mesh.ts';

export interface DialerParts {
  readonly identity: Identity;
  readonly tls: TlsIdentity;
  readonly hello: () => OwnHello;
  /** Where a peer may be, the best address first. */
  readonly addressesOf: (nodeId: Uint8Array) => readonly string[];
  readonly log: Log;
}

export interface Dialer {
  /** Opens a link at the first address where the peer answers. */
  dial(nodeId: Uint8Array, signal: AbortSignal): Promise<Link>;
  readonly joinClientAt: JoinClientAt;
}

export function createDialer(parts: DialerParts): Dialer {
  const { identity, tls, hello, addressesOf, log } = parts;

  async function dialAt(nodeId: Uint8Array, address: string, signal: AbortSignal): Promise<Link> {
    const carrier = await dialTls({ identity: tls, nodeId, address, signal });
    return dialLink(carrier, { identity, hello, log }, signal);
  }

  async function dial(nodeId: Uint8Array, signal: AbortSignal): Promise<Link> {
    const failures: unknown[] = [];
    for (const address of addressesOf(nodeId)) {
      try {
        return await dialAt(nodeId, address, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        failures.push(error);
      }
    }
    throw noAnswer(failures);
  }

  const joinClientAt: JoinClientAt = async (nodeId, address) => {
    const { stream } = await dialTls({ identity: tls, nodeId, address });
    const { createConnectTransport } = await import('@connectrpc/connect-node');
    const transport = createConnectTransport({
      baseUrl: `https://${address}`,
      httpVersion: '2',
      nodeOptions: { createConnection: () => stream },
    });
    const client = createClient(JoinService, transport);
    return { ...client, [Symbol.asyncDispose]: async () => void stream.destroy() };
  };

  return { dial, joinClientAt };
}

/** The peer itself said no: that is the news. Else nobody was there. */
function noAnswer(failures: readonly unknown[]): unknown {
  const refusal = failures.find((error) => error instanceof LocalError && error.reason !== 'LINK_UNREACHABLE');
  if (refusal !== undefined) return refusal;
  if (failures.length === 1) return failures[0];
  const why = failures.length === 0 ? 'no address of it is known' : failures.map(messageOf).join('; ');
  return new LocalError('LINK_UNREACHABLE', why, { help: 'see that the node runs there, and `towline peers`' });
}
