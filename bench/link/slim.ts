/** SLIM's bindings. They are large and alpha, so they stand in no package.json: the first run installs them aside. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

const PACKAGE = '@agntcy/slim-bindings';
const VERSION = '2.0.0-alpha.5';

/** Ignored by git. */
const folder = join(import.meta.dirname, '..', '..', 'build', 'slim');
const entry = join(folder, 'node_modules', PACKAGE, 'index.js');

/** What is used of the bindings. */
export interface Slim {
  initializeWithDefaults(): void;
  getGlobalService(): SlimService;
  newInsecureServerConfig(endpoint: string): unknown;
  newInsecureClientConfig(url: string): unknown;
  Name: new (organization: string, namespace: string, application: string) => SlimName;
  SessionType: { readonly PointToPoint: number; readonly Group: number };
}

export type SlimName = object;

export interface SlimService {
  runServer(config: unknown): void;
  connectAsync(config: unknown): Promise<bigint>;
  createAppWithSecret(name: SlimName, secret: string): SlimApp;
}

export interface SlimApp {
  subscribeAsync(name: SlimName, connection: bigint): Promise<void>;
  setRouteAsync(name: SlimName, connection: bigint): Promise<void>;
  listenForSessionAsync(timeout: undefined): Promise<SlimSession>;
  createSessionAndWaitAsync(config: object, destination: SlimName): Promise<SlimSession>;
}

/** Reliable where `maxRetries` and `interval` are set: each message is acknowledged, and sent again until it is. */
export interface SlimSession {
  publishAsync(data: ArrayBuffer, payloadType: undefined, metadata: undefined): Promise<unknown>;
  /** Resolves when it was acknowledged by all. */
  publishAndWaitAsync(data: ArrayBuffer, payloadType: undefined, metadata: undefined): Promise<void>;
  getMessageAsync(timeout: undefined): Promise<{ readonly payload: ArrayBuffer }>;
  /** Of a group: takes one more in. */
  inviteAndWaitAsync(participant: SlimName): Promise<void>;
}

/** Reliable: sent again after so many milliseconds, so many times. */
export const RELIABLE = { maxRetries: 5, interval: 5_000, metadata: new Map<string, string>() };

/** What all apps of the benches share. */
export const SECRET = 'a secret that is long enough for all of them';

export function nameOf(slim: Slim, application: string): SlimName {
  return new slim.Name('towline', 'bench', application);
}

/** For a node: the bindings do not say which port they took. */
export async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `127.0.0.1:${port}`;
}

/** Rejects with why there are no bindings here. */
export async function loadSlim(): Promise<Slim> {
  if (!existsSync(entry)) await install();
  process.env['RUST_LOG'] ??= 'error';
  const { default: slim } = (await import(entry)) as { default: Slim };
  slim.initializeWithDefaults();
  return slim;
}

async function install(): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  const args = ['install', '--no-audit', '--no-fund', '--no-save', `${PACKAGE}@${VERSION}`];
  await promisify(execFile)('npm', args, { cwd: folder }).catch(() => {
    throw new Error(`${PACKAGE} ${VERSION} cannot be installed here: npm ${args.join(' ')}`);
  });
}
