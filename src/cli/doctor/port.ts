/** Whether the port answers, if a node runs; whether it is free, if none does. */
import { connect, createServer } from 'node:net';
import { messageOf, systemCodeOf } from '../../base/errors.ts';
import { loadConfig } from '../../node/config/load.ts';
import { homePaths } from '../../node/home.ts';
import { isProcessAlive, readRunFile } from '../../node/run-file.ts';
import { type Check, type Finding, fail, ok } from './finding.ts';

/** `ListenConfig.port` if absent. */
const DEFAULT_PORT = 7433;
const ANSWER_MS = 2000;

export const checkPort: Check = async (home) => {
  const { runFile, config: configPath } = homePaths(home);
  const run = await readRunFile(runFile);
  if (run !== undefined && isProcessAlive(run.pid)) return [await checkAnswers(run.url)];
  const { listen } = (await loadConfig(configPath)).config;
  return [await checkFree(listen?.host || undefined, listen?.port ?? DEFAULT_PORT)];
};

async function checkAnswers(url: string): Promise<Finding> {
  const { hostname, port } = new URL(url);
  const failure = await connectFailure(hostname.replace(/^\[|\]$/g, ''), Number(port));
  if (failure === undefined) return ok('port', `${url} answers`);
  return fail('port', `${url} does not answer: ${failure}`, 'towline logs; if the process hangs: towline down');
}

function connectFailure(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS });
    const end = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end('it is silent'));
    socket.once('error', (error) => end(messageOf(error)));
  });
}

/** Port 0 takes a free one, so it is always free. */
function checkFree(host: string | undefined, port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(taken(port, error)));
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.close(() => resolve(ok('port', port === 0 ? 'any free one' : `${port} is free`)));
    });
  });
}

function taken(port: number, error: Error): Finding {
  const why = systemCodeOf(error) === 'EADDRINUSE' ? 'another program has it' : messageOf(error);
  return fail(
    'port',
    `${port} cannot be listened on: ${why}`,
    'towline up --port 0, or choose another in towline.yaml',
  );
}
