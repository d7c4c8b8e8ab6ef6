/** SLIM: request and reply as two messages of a reliable point-to-point session, through a SLIM node, without TLS. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { startWorker } from '../../lib/worker.ts';
import { type Contender, checkLength } from '../contender.ts';
import { loadSlim, type Slim, type SlimApp, type SlimName, type SlimSession } from '../slim.ts';

const SECRET = 'a secret that is long enough for the two of them';

/** Reliable: sent again after so many milliseconds, so many times. */
const RELIABLE = { maxRetries: 5, interval: 5_000, metadata: new Map<string, string>() };

export const slim: Contender = {
  async serve() {
    const address = `127.0.0.1:${await freePort()}`;
    await startWorker(join(import.meta.dirname, '..', 'slim-node.ts'), address).ask('start');
    const { app } = await enter(await loadSlim(), address, 'server');
    void answerAll(app);
    return address;
  },
  async dial(address) {
    const bindings = await loadSlim();
    const { app, connection } = await enter(bindings, address, 'client');
    const server = nameOf(bindings, 'server');
    await app.setRouteAsync(server, connection);
    const config = { ...RELIABLE, sessionType: bindings.SessionType.PointToPoint };
    const session = await app.createSessionAndWaitAsync(config, server);
    const waiting: ((length: number) => void)[] = [];
    void readAll(session, (payload) => waiting.shift()?.(payload.byteLength));
    return {
      calls(payloadBytes) {
        const payload = new ArrayBuffer(payloadBytes);
        return async () => {
          const answer = new Promise<number>((resolve) => waiting.push(resolve));
          await session.publishAsync(payload, undefined, undefined);
          checkLength(await answer, payloadBytes);
        };
      },
    };
  },
};

async function enter(slim: Slim, address: string, application: string): Promise<{ app: SlimApp; connection: bigint }> {
  const service = slim.getGlobalService();
  const name = nameOf(slim, application);
  const app = service.createAppWithSecret(name, SECRET);
  const connection = await service.connectAsync(slim.newInsecureClientConfig(`http://${address}`));
  await app.subscribeAsync(name, connection);
  return { app, connection };
}

function nameOf(slim: Slim, application: string): SlimName {
  return new slim.Name('towline', 'bench', application);
}

async function answerAll(app: SlimApp): Promise<void> {
  for (;;) {
    const session = await app.listenForSessionAsync(undefined);
    void readAll(session, (payload) => void session.publishAsync(payload, undefined, undefined));
  }
}

async function readAll(session: SlimSession, take: (payload: ArrayBuffer) => void): Promise<void> {
  for (;;) take((await session.getMessageAsync(undefined)).payload);
}

/** The bindings do not say which port they took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
