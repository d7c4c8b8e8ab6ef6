/** Dialing a peer through another one. */
import type { Duplex } from 'node:stream';
import { ConnectError } from '@connectrpc/connect';
import { type RelayRequest, type RelayResponse, RelayService } from '../../../gen/towline/v1/relay_service_pb.ts';
import { ByteStream } from '../../base/byte-stream.ts';
import { LocalError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { dialInnerTls } from '../../link/carrier/inner-tls.ts';
import type { OwnHello } from '../../link/hello.ts';
import { CONNECT_MS } from '../../link/limits.ts';
import type { Link } from '../../link/link.ts';
import { dialLink } from '../../link/open.ts';
import { createClient } from '../../rpc/client.ts';
import { errorInfoOf } from '../../rpc/failure.ts';
import { createLinkTransport } from '../../rpc/link-transport.ts';
import { nextIn } from '../../services/relay/first.ts';
import { RELAY_PIECE_BYTES } from '../../services/relay/limits.ts';
import { wrongMessage } from '../../services/relay/problems.ts';
import type { Identity } from '../../trust/identity.ts';
import type { Keyring } from '../../trust/keyring.ts';
import type { TlsIdentity } from '../../trust/tls-identity.ts';
import { relayAddress } from './accept.ts';

export interface RelayDialParts {
  readonly identity: Identity;
  readonly tls: TlsIdentity;
  readonly hello: () => OwnHello;
  readonly keyring: Keyring;
  readonly log: Log;
}

/** Opens a link to a node through the peer at the other end of `hub`. */
export type DialThrough = (hub: Link, nodeId: Uint8Array, signal: AbortSignal) => Promise<Link>;

/** What it gives throws LINK_UNREACHABLE, or what the node at the far end says. */
export function createRelayDialer({ identity, tls, hello, keyring, log }: RelayDialParts): DialThrough {
  return async (hub, nodeId, signal) => {
    const via = hub.peerNodeId;
    const address = relayAddress(keyring, via);
    const stream = await connectThrough(hub, nodeId, address, signal);
    const inner = await dialInnerTls({ identity: tls, stream, address, nodeId, signal });
    return dialLink({ kind: 'relay', via, ...inner }, { identity, hello, log }, signal);
  };
}

/** The way to the target, once it has taken the connection. */
async function connectThrough(hub: Link, nodeId: Uint8Array, address: string, signal: AbortSignal): Promise<Duplex> {
  const incoming: AsyncIterator<Uint8Array> = { next: () => nextData(answers), return: () => letGo(answers) };
  const stream = new ByteStream({ incoming, pieceBytes: RELAY_PIECE_BYTES });
  const client = createClient(RelayService, createLinkTransport(hub));
  const answers = client.relay(requests(nodeId, stream))[Symbol.asyncIterator]();
  stream.on('error', ignoreTold);
  const onAbort = () => stream.destroy();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const { kind } = await nextIn(answers, CONNECT_MS, 'the relay');
    if (kind.case !== 'ready') throw wrongMessage('ready first');
    return stream;
  } catch (error) {
    stream.destroy();
    throw notThrough(address, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function* requests(nodeId: Uint8Array, stream: ByteStream): AsyncGenerator<RelayRequest> {
  yield request({ case: 'target', value: { $typeName: 'towline.v1.RelayTarget', nodeId } });
  for await (const value of stream.outgoing) yield request({ case: 'data', value });
}

function request(kind: RelayRequest['kind']): RelayRequest {
  return { $typeName: 'towline.v1.RelayRequest', kind };
}

async function nextData(answers: AsyncIterator<RelayResponse>): Promise<IteratorResult<Uint8Array>> {
  const { done, value } = await answers.next();
  if (done) return { done, value: undefined };
  if (value.kind.case !== 'data') throw wrongMessage('data behind ready');
  return { done: false, value: value.kind.value };
}

async function letGo(answers: AsyncIterator<RelayResponse>): Promise<IteratorResult<Uint8Array>> {
  await answers.return?.();
  return { done: true, value: undefined };
}

/** Whoever is to be reached was not: what the relay says is why, and no answer of the target. */
function notThrough(address: string, error: unknown): LocalError {
  const { reason = '', help = '' } = errorInfoOf(error) ?? {};
  const why = ConnectError.from(error).rawMessage;
  return new LocalError('LINK_UNREACHABLE', `${address} does not reach it: ${why}`, {
    help,
    metadata: { address, reason },
    cause: error,
  });
}

/** The TLS inside hears of it too. */
function ignoreTold(): void {}
