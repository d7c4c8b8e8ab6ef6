/** Links that others dial through a relaying peer. */
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { acceptCarrier } from '../../link/accept-carrier.ts';
import { acceptInnerTls } from '../../link/carrier/inner-tls.ts';
import type { OwnHello } from '../../link/hello.ts';
import type { Link } from '../../link/link.ts';
import type { RelayedConnection, TakeConnection } from '../../services/relay/accept.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Keyring } from '../../trust/keyring.ts';
import { nodeIdKey } from '../../trust/node-id.ts';
import type { TlsIdentity } from '../../trust/tls-identity.ts';

export interface RelayAcceptParts {
  readonly identity: Identity;
  readonly tls: TlsIdentity;
  readonly hello: () => OwnHello;
  readonly keyring: Keyring;
  readonly adopt: (link: Link) => void;
  readonly log: Log;
}

/** TLS inside decides who dials; what the relaying peer says of it goes into the log and no further. */
export function createRelayAcceptor(parts: RelayAcceptParts): TakeConnection {
  const { identity, tls, hello, keyring, adopt, log } = parts;
  const isTrusted = (nodeId: Uint8Array) => keyring.byId(nodeId) !== undefined;

  async function accept({ stream, via }: RelayedConnection): Promise<Link> {
    const address = relayAddress(keyring, via);
    const inner = await acceptInnerTls({ identity: tls, stream, address });
    return acceptCarrier({ kind: 'relay', via, ...inner }, { identity, hello, isTrusted, log });
  }

  return (connection) => {
    accept(connection).then(adopt, (error: unknown) => {
      const via = keyring.byId(connection.via)?.alias;
      log.info('refused a relayed link', { via, claim: nodeIdKey(connection.claim), error: messageOf(error) });
    });
  };
}

/** Where a relayed peer is, for people. */
export function relayAddress(keyring: Keyring, via: Uint8Array): string {
  return `relay:${keyring.byId(via)?.alias ?? nodeIdKey(via)}`;
}
