/** NATS request and reply, without TLS, through Debian's `nats-server` in a process of its own. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { type Contender, checkLength, portOf } from '../contender.ts';

const SUBJECT = 'echo';
const START_MS = 5_000;

export const nats: Contender = {
  async serve() {
    const address = await startBroker();
    const connection = await connect({ servers: address });
    connection.subscribe(SUBJECT, { callback: (_, message) => void message.respond(message.data) });
    await connection.flush();
    return address;
  },
  async dial(address) {
    const connection = await connect({ servers: `127.0.0.1:${portOf(address)}` });
    return {
      calls(payloadBytes) {
        const payload = new Uint8Array(payloadBytes).fill(1);
        return async () => {
          const answer = await connection.request(SUBJECT, payload, { timeout: 10_000 });
          checkLength(answer.data.length, payloadBytes);
        };
      },
    };
  },
};

/** Ends with this process. Rejects with what to install if there is no such program. */
export async function startBroker(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-bench-nats-'));
  try {
    const args = ['--addr', '127.0.0.1', '--port', '-1', '--ports_file_dir', folder];
    // Debian keeps daemons where not everybody looks.
    const env = { ...process.env, PATH: [process.env['PATH'], '/usr/sbin'].join(delimiter) };
    const broker = spawn('nats-server', args, { stdio: 'ignore', env });
    process.once('exit', () => broker.kill('SIGKILL'));
    const failed = new Promise<never>((_, reject) =>
      broker.once('error', () => reject(new Error('there is no nats-server here: apt-get install nats-server'))),
    );
    return await Promise.race([portsIn(folder), failed]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The broker writes where it listens into a file once it does. */
async function portsIn(folder: string): Promise<string> {
  for (const deadline = performance.now() + START_MS; performance.now() < deadline; await sleep(20)) {
    const [file] = await readdir(folder);
    const text = file && (await readFile(join(folder, file), 'utf8'));
    if (text) return new URL((JSON.parse(text) as { nats: string[] }).nats[0] ?? '').host;
  }
  throw new Error(`nats-server did not say where it listens in ${START_MS / 1_000} s`);
}
