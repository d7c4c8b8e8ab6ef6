/** The README is true: its configuration loads, its commands run, in the order in which they stand there. */
import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { parseConfig } from '../../src/node/config/load.ts';
import { bin } from '../fixtures/mesh.ts';

const root = join(import.meta.dirname, '..', '..');
const everything = join(root, 'node_modules', '@modelcontextprotocol', 'server-everything', 'dist', 'index.js');
const run = promisify(execFile);

let readme: string;
let folder: string;
beforeAll(async () => {
  readme = await readFile(join(root, 'README.md'), 'utf8');
  folder = await mkdtemp(join(tmpdir(), 'towline-readme-'));
  const servers = { everything: { command: process.execPath, args: [everything, 'stdio'] } };
  await writeFile(join(folder, '.mcp.json'), JSON.stringify({ mcpServers: servers }));
});
afterAll(async () => {
  for (const home of ['work', 'laptop']) await shell(home, 'npx towline down');
  await rm(folder, { recursive: true, force: true });
});

/** The code blocks of one language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text ?? '');
}

/** Runs lines as they stand in the README, on the "machine" of this name. */
async function shell(home: string, script: string, env: Record<string, string> = {}): Promise<string> {
  const text = script.replaceAll('npx towline', `"${process.execPath}" "${bin}"`);
  const own = { ...process.env, ...env, HOME: folder, TOWLINE_HOME: join(folder, home), NO_COLOR: '1' };
  const { stdout } = await run('bash', ['-e', '-c', text], { env: own, timeout: 60_000 });
  return stdout;
}

/** After `init`: two nodes on one machine cannot have the same port. */
async function freePort(home: string): Promise<void> {
  await appendFile(join(folder, home, 'towline.yaml'), '\nlisten:\n  host: 127.0.0.1\n  port: 0\n');
}

function blockWith(text: string): string[] {
  const block = blocks('sh').find((candidate) => candidate.includes(text));
  if (!block) throw new Error(`the README has no block with ${text}`);
  return block.trim().split('\n');
}

describe('the README', () => {
  it('has a configuration that loads without a problem', async () => {
    const [rules, own] = await Promise.all(blocks('yaml').map((text) => parseConfig('towline.yaml', text)));
    expect(rules?.problems).toEqual([]);
    expect(rules?.config.policy?.rules.map(({ name }) => name)).toEqual(['no-secrets', 'sums-are-asked']);
    expect(own?.problems).toEqual([]);
    expect(Object.keys(own?.config.upstreams ?? {})).toEqual(['files']);
  });

  it('joins two machines with the lines that it prints, and answers its curls', async () => {
    const [initWork = '', upWork = '', inviteWork = ''] = blockWith('towline invite --group');
    await mkdir(folder, { recursive: true });
    await shell('work', initWork);
    await freePort('work');
    await shell('work', upWork);
    const invite = /towline-invite-\S+/.exec(await shell('work', inviteWork))?.[0] ?? '';

    const [initLaptop = '', upLaptop = '', join_ = '', tools = '', call = ''] = blockWith('towline join');
    await shell('laptop', initLaptop);
    await freePort('laptop');
    await shell('laptop', upLaptop);
    await shell('laptop', join_.replace('towline-invite-…', invite));
    await vi.waitFor(async () => expect(await shell('laptop', tools)).toContain('echo'), 20_000);
    expect(await shell('laptop', call)).toContain('Echo: hello');

    const { url } = JSON.parse(await readFile(join(folder, 'laptop', 'node.json'), 'utf8')) as { url: string };
    const { token } = JSON.parse(await shell('laptop', 'npx towline token create --agent script --json')) as {
      token: string;
    };
    const curl = (text: string) =>
      shell('laptop', blockWith(text).join('\n').replace('http://127.0.0.1:7433', url), { TOKEN: token });
    expect(await curl('ToolService/ListTools')).toContain('"name":"echo"');
    expect(await curl('/rpc')).toBe(
      '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"Echo: hello"}]}}',
    );
  }, 90_000);

  it('talks in a channel, and by mail', async () => {
    await shell('work', blockWith('channel create dev').join('\n'));
    const [thanks = '', mail = '', inbox = ''] = blockWith('channel send dev "thanks"');
    await shell('laptop', thanks);
    expect(await shell('work', 'npx towline channel history dev')).toContain('thanks');
    expect(await shell('laptop', mail)).toContain('delivered');
    expect(await shell('work', inbox)).toContain('the notes are in the usual place');
  }, 60_000);

  it('says who is there, and how to reach them', async () => {
    const [agents = '', profile = '', routes = ''] = blockWith('towline agents');
    expect(await shell('laptop', profile)).toContain('reviews until noon');
    expect(await shell('laptop', agents)).toContain('owner');
    expect(await shell('laptop', routes)).toContain('work');
  }, 60_000);

  it('lets rules decide, and a person where they say so', async () => {
    const [rules = ''] = blocks('yaml');
    await appendFile(join(folder, 'work', 'towline.yaml'), rules);
    const [reload = '', ask = '', ...care] = blockWith('towline policy test');
    await shell('work', reload);
    expect(await shell('work', ask)).toMatch(/deny.*no-secrets/s);
    const sum = shell('laptop', 'npx towline call work/everything/get-sum a=40 b=2');
    const [list = '', , approve = ''] = blockWith('towline approvals approve');
    const id = await vi.waitFor(async () => {
      const { approvals } = JSON.parse(await shell('work', `${list} --json`)) as {
        approvals: { approvalId: string }[];
      };
      return Buffer.from(approvals[0]?.approvalId ?? '', 'base64').toString('hex') || Promise.reject(new Error('none'));
    }, 20_000);
    await shell('work', `${approve.replace('3fa9c1d2', id)} --yes`);
    expect(await sum).toContain('42');
    for (const line of care) await shell('work', line);
  }, 90_000);

  it('makes a group', async () => {
    expect(await shell('work', blockWith('towline group create').join('\n'))).toContain('crew');
  }, 60_000);

  it('names commands that exist', () => {
    const known = commands.map(({ name }) => name);
    const named = new Set([...readme.matchAll(/npx towline (\w+)/g)].map(([, name]) => name ?? ''));
    expect(named.size).toBeGreaterThan(15);
    expect(known).toEqual(expect.arrayContaining([...named]));
  });
});
