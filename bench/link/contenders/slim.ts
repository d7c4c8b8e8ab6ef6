/** SLIM: request and reply as two messages of a reliable point-to-point session, through a SLIM node, without TLS. */
import { join } from 'node:path';
import { startWorker } from '../../lib/worker.ts';
import { type Contender, checkLength } from '../contender.ts';
import { freeAddress, loadSlim, nameOf, RELIABLE, SECRET, type Slim, type SlimApp, type SlimSession } from '../slim.ts';

export const slim: Contender = {
  async serve() {
    const address = await freeAddress();
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

async function answerAll(app: SlimApp): Promise<void> {
  for (;;) {
    const session = await app.listenForSessionAsync(undefined);
    void readAll(session, (payload) => void session.publishAsync(payload, undefined, undefined));
  }
}

async function readAll(session: SlimSession, take: (payload: ArrayBuffer) => void): Promise<void> {
  for (;;) take((await session.getMessageAsync(undefined)).payload);
}
