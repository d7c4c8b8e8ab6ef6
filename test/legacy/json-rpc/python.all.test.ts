/** The Python example of README.md, by libraries from outside, against a real node. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, vi } from 'vitest';
import { messageOf } from '../../../src/base/errors.ts';
import { everything, startMesh } from '../../fixtures/mesh.ts';

const run = promisify(execFile);
const readme = join(import.meta.dirname, '..', '..', '..', 'src', 'legacy', 'json-rpc', 'README.md');

/** Pinned as the packages of this repository are. */
const packages = ['jsonrpcclient==4.0.3', 'aiohttp==3.14.3'];

/** Python with the packages, in a folder of its own; or why there is none. */
async function preparePython(folder: string): Promise<{ python: string } | { missing: string }> {
  try {
    await run('python3', ['-m', 'venv', folder], { timeout: 120_000 });
    const python = join(folder, 'bin', 'python');
    await run(python, ['-m', 'pip', 'install', '--quiet', ...packages], { timeout: 240_000 });
    return { python };
  } catch (error) {
    return { missing: messageOf(error).slice(0, 500) };
  }
}

it('the Python example calls a tool', async ({ skip }) => {
  const folder = await mkdtemp(join(tmpdir(), 'towline-python-'));
  try {
    const prepared = await preparePython(folder);
    if ('missing' in prepared) {
      console.warn(`skipped: no Python with ${packages.join(' and ')}: ${prepared.missing}`);
      return skip();
    }
    await using mesh = await startMesh({ alone: { servers: { everything }, share: ['home'] } });
    const { token } = await mesh.node('alone').json<{ token: string }>('token', 'create', '--agent', 'python');
    const [, script = ''] = /```python\n([\s\S]*?)```/.exec(await readFile(readme, 'utf8')) ?? [];
    const url = `${mesh.node('alone').url.replace('http', 'ws')}/rpc`;
    const env = { ...process.env, TOKEN: token, RPC_URL: url };
    await vi.waitFor(async () => {
      const { stdout } = await run(prepared.python, ['-c', script], { env, timeout: 30_000 });
      expect(stdout).toContain("Ok(result={'stream':");
      expect(stdout).toContain('Echo: hello');
    }, 60_000);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 420_000);
