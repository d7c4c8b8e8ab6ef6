import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { AdminService } from '../../../gen/towline/v1/admin_service_pb.ts';
import { LocalError } from '../../base/errors.ts';
import { isProcessAlive } from '../../node/run-file.ts';
import { nodeClient, runningNode } from '../client.ts';
import { parseSeconds } from '../duration.ts';
import type { Io } from '../io.ts';
import { prettyJson } from '../render/json.ts';

export const examples = ['towline down', 'towline down --timeout 60s'];

const POLL_MS = 25;

/** `towline down`: answers when the process has gone. */
export function setup(command: Command, io: Io): void {
  command.option('--timeout <time>', 'how long to wait for its end', parseSeconds, 30);
  command.action(async ({ timeout }: { timeout: number }) => {
    const { pid } = await runningNode(io.home);
    const admin = await nodeClient(io.home, AdminService);
    await admin.shutdown({});
    await waitForEnd(pid, timeout * 1000);
    io.print(io.json ? prettyJson({ pid }) : `The node (process ${pid}) has ended.`);
  });
}

async function waitForEnd(pid: number, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (isProcessAlive(pid)) {
    if (Date.now() > end) throw stillRunning(pid);
    await pause(POLL_MS);
  }
}

function stillRunning(pid: number): LocalError {
  return new LocalError('NOT_READY', `the node (process ${pid}) has not ended yet`, {
    help: `see what it waits for with \`towline logs\`; \`kill ${pid}\` asks again`,
    metadata: { pid: String(pid) },
  });
}
