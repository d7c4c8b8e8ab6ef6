/** Generated clients of the node that runs for this home. */
import type { DescService } from '@bufbuild/protobuf';
import { type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect';
import { createTransport } from '@connectrpc/connect/protocol-connect';
import { LocalError } from '../base/errors.ts';
import { homePaths } from '../node/home.ts';
import { isProcessAlive, type RunFile, readRunFile } from '../node/run-file.ts';
import { readOwnerToken } from '../trust/owner-token.ts';
import { createHttpClient } from './http-client.ts';

/** One message, as the schema allows a call's arguments or result (docs/LIMITS.md), and its envelope. */
const MAX_MESSAGE_BYTES = 65 * 1024 * 1024;

/** A client of one service of the running node, as its owner. Fails with NODE_NOT_RUNNING if there is none. */
export async function nodeClient<Service extends DescService>(
  home: string,
  service: Service,
): Promise<Client<Service>> {
  return createClient(service, await nodeTransport(home));
}

/** The same for several services at once. */
export async function nodeTransport(home: string): Promise<Transport> {
  const { url } = await runningNode(home);
  return transportTo(home, url, await readOwnerToken(home));
}

/** Where the node of this home is. Fails with NODE_NOT_RUNNING if none runs. */
export async function runningNode(home: string): Promise<RunFile> {
  const found = await readRunFile(homePaths(home).runFile);
  if (found === undefined || !isProcessAlive(found.pid)) throw notRunning(home);
  return found;
}

/** The failure of a command that needs a running node. */
export function notRunning(home: string, cause?: unknown): LocalError {
  return new LocalError('NODE_NOT_RUNNING', `no node runs for the home ${home}`, {
    help: 'start one with `towline up` (or `towline up --detach`)',
    metadata: { home },
    cause,
  });
}

/** A transport that shows any token. `onRefused` hears when nobody listens there any more. */
export function transportTo(
  home: string,
  url: string,
  token: string,
  onRefused: () => void = () => undefined,
): Transport {
  return createTransport({
    baseUrl: url,
    httpClient: createHttpClient((cause) => {
      onRefused();
      return notRunning(home, cause);
    }),
    useBinaryFormat: true,
    interceptors: [bearer(token)],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: 0,
    readMaxBytes: MAX_MESSAGE_BYTES,
    writeMaxBytes: MAX_MESSAGE_BYTES,
  });
}

function bearer(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };
}
