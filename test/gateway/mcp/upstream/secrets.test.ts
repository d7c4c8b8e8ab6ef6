import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSecrets } from '../../../../src/gateway/mcp/upstream/secrets.ts';
import { failing } from '../../../trust/support.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'towline-secrets-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string, mode = 0o600) {
  const path = join(folder, name);
  await writeFile(path, content);
  await chmod(path, mode);
  return { TOKEN: { kind: 'file', path } as const };
}

const command = (script: string) => ({
  TOKEN: { kind: 'command', command: [process.execPath, '-e', script], cwd: folder } as const,
});

describe('a secret', () => {
  it('is read from a file, without the line end behind it', async () => {
    expect(await readSecrets(await file('plain', 's3cr3t-value\n'), {})).toEqual({ TOKEN: 's3cr3t-value' });
    expect(await readSecrets(await file('lines', 'a\nb\n\n'), {})).toEqual({ TOKEN: 'a\nb\n' });
  });

  it('is what a command prints, which runs in the home with the environment of the node', async () => {
    const script = 'process.stdout.write(process.env.FROM + " " + process.cwd())';
    expect(await readSecrets(command(script), { FROM: 'vault', PATH: process.env['PATH'] })).toEqual({
      TOKEN: `vault ${folder}`,
    });
  });

  it('in a file that others can open is refused, with the command that mends it', async () => {
    const open = await file('open', 's3cr3t-value', 0o644);
    const help = `chmod 600 '${open.TOKEN.path}'`;
    const error = await readSecrets(open, {}).catch((thrown: unknown) => thrown);
    expect(error).toEqual(failing('SECRET_FILE_TOO_OPEN', help));
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cr3t');
  });

  it('that is not there, is empty, or is too long is refused', async () => {
    const nowhere = { TOKEN: { kind: 'file', path: join(folder, 'nowhere') } as const };
    await expect(readSecrets(nowhere, {})).rejects.toEqual(failing('SECRET_FILE_MISSING', 'umask 077'));
    await expect(readSecrets(await file('empty', '\n'), {})).rejects.toEqual(failing('SECRET_EMPTY'));
    await expect(readSecrets(await file('long', 'x'.repeat(17_000)), {})).rejects.toEqual(failing('FILE_UNREADABLE'));
    const endless = 'setInterval(() => process.stdout.write("x".repeat(9_000)), 1)';
    await expect(readSecrets(command(endless), {})).rejects.toEqual(failing('SECRET_COMMAND_FAILED'));
  });

  it('of a command that fails is not told from what it printed', async () => {
    const script = 'console.log("s3cr3t-out"); console.error("s3cr3t-err"); process.exit(3)';
    const error = await readSecrets(command(script), {}).catch((thrown: unknown) => thrown);
    expect(error).toEqual(failing('SECRET_COMMAND_FAILED', 'run it by hand'));
    expect(String(error)).toContain('code 3');
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cr3t');
    const missing = { TOKEN: { kind: 'command', command: ['no-such-program'], cwd: folder } as const };
    await expect(readSecrets(missing, {})).rejects.toEqual(failing('SECRET_COMMAND_FAILED'));
  });
});
