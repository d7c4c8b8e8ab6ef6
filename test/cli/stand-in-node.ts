// A home whose "node" answers with what a test gives it: for what the command does with answers. Real nodes are met in
// test/e2e.

import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { homePaths } from '../../src/node/home.ts';
import { writeRunFile } from '../../src/node/run-file.ts';
import { tempHome } from './temp-home.ts';

export const OWNER_TOKEN = 'towline-token-of-the-owner';

export interface StandInNode extends AsyncDisposable {
  readonly home: string;
  /** Stops answering; the home stays as it is, as after a crash. */
  closeServer(): Promise<void>;
}

/** Serves the routes for a fresh home. */
export async function standInNode(routes: (router: ConnectRouter) => void): Promise<StandInNode> {
  const home = await tempHome();
  const server = createServer(connectNodeAdapter({ routes }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const paths = homePaths(home.path);
  await writeRunFile(paths.runFile, { pid: process.pid, url, startTime: new Date().toISOString(), version: '0.0.0' });
  await writeFile(paths.ownerToken, `${OWNER_TOKEN}\n`, { mode: 0o600 });
  await chmod(home.path, 0o700);
  const closeServer = async () => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return {
    home: home.path,
    closeServer,
    async [Symbol.asyncDispose]() {
      await closeServer();
      await home[Symbol.asyncDispose]();
    },
  };
}
