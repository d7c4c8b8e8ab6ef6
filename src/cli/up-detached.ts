/** `towline up --detach`: the same node in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LocalError } from '../base/errors.ts';
import { homePaths } from '../node/home.ts';
import { isProcessAlive, type RunFile, readRunFile } from '../node/run-file.ts';
import type { Io } from './io.ts';
import { binPath } from './package.ts';
import { prettyJson } from './render/json.ts';
import { renderPairs } from './render/table.ts';
import { type UpRequest, upArguments } from './up-request.ts';

/** A cold start takes half a second; starting many upstreams is not waited for. */
const READY_MS = 15_000;
const POLL_MS = 20;

export async function upDetached(io: Io, request: UpRequest): Promise<void> {
  const run = await startDetached(request, io.env);
  if (io.json) return io.print(prettyJson(run));
  io.print(io.style.good('The node is up, in the background.'));
  io.print(
    renderPairs(io.style, [
      ['process', String(run.pid)],
      ['local', run.url],
      ['log', 'towline logs -f'],
      ['end', 'towline down'],
    ]),
  );
}

/** Starts a node in the background and waits until it is ready. Throws what it said if it ended instead. */
export async function startDetached(request: UpRequest, env: NodeJS.ProcessEnv): Promise<RunFile> {
  await refuseSecond(request.home);
  const said = await openStartLog(request.home);
  try {
    const child = spawn(process.execPath, [binPath(), ...upArguments(request), '--json'], {
      detached: true,
      stdio: ['ignore', 'ignore', said.file.fd],
      env,
    });
    return await waitUntilReady(child, request.home, said.path);
  } finally {
    await said.file.close();
  }
}

async function refuseSecond(home: string): Promise<void> {
  const running = await readRunFile(homePaths(home).runFile);
  if (running === undefined || !isProcessAlive(running.pid)) return;
  throw new LocalError('NODE_RUNNING', `a node runs for this home already (process ${running.pid})`, {
    help: 'see it with `towline status`, end it with `towline down`',
    metadata: { home, pid: String(running.pid) },
  });
}

/** What the child says before it has a log of its own. */
async function openStartLog(home: string): Promise<{ file: FileHandle; path: string }> {
  const folder = dirname(homePaths(home).logFile);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'start.log');
  return { file: await open(path, 'w', 0o600), path };
}

async function waitUntilReady(child: ChildProcess, home: string, saidPath: string): Promise<RunFile> {
  const end = Date.now() + READY_MS;
  const exited = new Promise<never>((_, reject) => child.once('error', reject));
  exited.catch(() => undefined); // told through the race below
  while (child.exitCode === null && child.signalCode === null) {
    const run = await Promise.race([readRunFile(homePaths(home).runFile), exited]);
    if (run !== undefined && run.pid === child.pid) return release(child, run);
    if (Date.now() > end) throw await notReady(child, saidPath);
    await pause(POLL_MS);
  }
  throw await ended(saidPath);
}

/** Lets this process end while the node goes on. */
function release(child: ChildProcess, run: RunFile): RunFile {
  child.unref();
  return run;
}

async function notReady(child: ChildProcess, saidPath: string): Promise<LocalError> {
  child.kill('SIGTERM');
  const said = (await readFile(saidPath, 'utf8')).trim();
  return new LocalError('NOT_READY', `the node was not ready after ${READY_MS / 1000} s. ${said}`.trim(), {
    help: 'run `towline up` in the foreground to watch it start',
  });
}

/** The child reports its failure as JSON, in its last line. */
async function ended(saidPath: string): Promise<LocalError> {
  const said = (await readFile(saidPath, 'utf8')).trim();
  const problem = parseProblem(said.split('\n').at(-1) ?? '');
  if (problem !== undefined) return new LocalError(problem.reason, problem.message, { help: problem.help });
  return new LocalError('NODE_ENDED', `the node ended while it was starting. ${said}`.trim(), {
    help: 'run `towline up` in the foreground to watch it start',
  });
}

function parseProblem(line: string): { reason: string; message: string; help: string } | undefined {
  if (!line.startsWith('{"error":')) return undefined;
  return (JSON.parse(line) as { error: { reason: string; message: string; help: string } }).error;
}
