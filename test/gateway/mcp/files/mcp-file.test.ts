import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMcpFile, type McpFile, parseMcpFile } from '../../../../src/gateway/mcp/files/mcp-file.ts';

const env = { TOKEN: 's3cret', DIR: '/data' };
const ref = (name: string) => `$\{${name}}`;

function parse(content: unknown, path = '/work/app/.mcp.json'): McpFile {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  return parseMcpFile(path, text, { env, userHome: '/home/me', share: ['home'] });
}

describe('a file of another program', () => {
  it('of Claude Code gives stdio and http servers, with variables', () => {
    const { specs, problems } = parse({
      mcpServers: {
        files: { command: 'npx', args: ['-y', 'server', ref('DIR')], env: { KEY: ref('TOKEN') } },
        api: {
          type: 'http',
          url: `https://example.com/${ref('PATH_PART:-mcp')}`,
          headers: { Authorization: ref('TOKEN') },
        },
        old: { type: 'sse', url: 'https://example.com/sse' },
      },
    });
    expect(problems).toEqual([]);
    expect(specs.map(({ transport }) => transport)).toEqual([
      {
        kind: 'stdio',
        command: 'npx',
        args: ['-y', 'server', '/data'],
        env: { KEY: ref('TOKEN') },
        envFile: undefined,
        cwd: '/work/app',
      },
      { kind: 'http', url: 'https://example.com/mcp', headers: { Authorization: ref('TOKEN') } },
      { kind: 'sse', url: 'https://example.com/sse', headers: {} },
    ]);
    expect(specs[0]).toMatchObject({
      name: 'files',
      share: ['home'],
      protocol: 'auto',
      timeoutMs: 600_000,
      disabled: false,
    });
  });

  it('of Cursor gives servers without a type, with its variables and an env file', () => {
    const { specs } = parse(
      {
        mcpServers: {
          one: {
            command: `${ref('userHome')}/bin/x`,
            envFile: `${ref('workspaceFolder')}/.env`,
            cwd: 'sub',
            env: { A: ref('env:TOKEN') },
          },
          two: { url: 'http://localhost:1/mcp' },
        },
      },
      '/work/app/.cursor/mcp.json',
    );
    expect(specs.map(({ transport }) => transport)).toMatchObject([
      {
        kind: 'stdio',
        command: '/home/me/bin/x',
        envFile: '/work/app/.env',
        cwd: '/work/app/sub',
        env: { A: ref('env:TOKEN') },
      },
      { kind: 'http' },
    ]);
  });

  it('of VS Code may have comments and trailing commas; inputs are a problem of their server alone', () => {
    const { specs, problems } = parse(
      `{
  // servers of the team
  "inputs": [{ "id": "key", "type": "promptString" }],
  "servers": {
    "a": { "type": "stdio", "command": "x", /* none */ },
    "b": { "type": "http", "url": "http://h/", "headers": { "K": "${ref('input:key')}" } },
  },
}`,
      '/work/app/.vscode/mcp.json',
    );
    expect(specs.map(({ name }) => name)).toEqual(['a']);
    expect(problems).toMatchObject([{ line: 6, column: 5, server: 'b', harmless: false }]);
  });

  it('of Inspector says the era', () => {
    const { specs } = parse({ mcpServers: { a: { command: 'x', protocolEra: 'modern' } } });
    expect(specs[0]?.protocol).toBe('modern');
  });

  it('of Gemini CLI gives httpUrl, timeout and tool filters', () => {
    const { specs, problems } = parse({
      theme: 'dark',
      mcpServers: { g: { httpUrl: 'http://h/', timeout: 5000, trust: true, includeTools: ['a'], excludeTools: ['b'] } },
    });
    expect(problems).toEqual([]);
    expect(specs[0]).toMatchObject({
      transport: { kind: 'http' },
      timeoutMs: 5000,
      allow: new Set(['a']),
      deny: new Set(['b']),
    });
  });

  it('of opencode gives a command list, environment and enabled', () => {
    const { specs } = parse({
      mcp: {
        l: { type: 'local', command: ['bun', 'x'], environment: { A: '{env:TOKEN}' }, enabled: false },
        r: { type: 'remote', url: 'http://h/' },
      },
    });
    expect(specs).toMatchObject([
      { disabled: true, transport: { command: 'bun', args: ['x'], env: { A: ref('env:TOKEN') } } },
      { disabled: false, transport: { kind: 'http' } },
    ]);
  });

  it('with one broken entry keeps the others, and says what is wrong where', () => {
    const { specs, problems } = parse({
      mcpServers: {
        good: { command: 'x' },
        list: { command: 'x', args: 'not a list' },
        socket: { type: 'ws', url: 'ws://h/' },
        both: { command: 'x', url: 'http://h/' },
        none: {},
        text: 'x',
        missing: { command: ref('NOT_SET') },
        odd: { command: 'y', colour: 'red', disabled: true },
      },
    });
    expect(specs.map(({ name }) => name)).toEqual(['good', 'odd']);
    expect(problems.map(({ server, line, reason, harmless }) => [server, line, reason, harmless])).toEqual([
      ['list', 6, '"args" is not a list of strings', false],
      ['socket', 10, 'the transport "ws" is not supported', false],
      ['both', 14, 'it has both "command" and "url": say which with "type"', false],
      ['none', 18, 'it has neither "command" nor "url"', false],
      ['text', 19, 'its entry is not an object', false],
      ['missing', 20, 'command needs the variable NOT_SET, which is not set', false],
      ['odd', 23, 'the field "colour" is not known', true],
    ]);
  });

  it('that is no JSON says line and column', () => {
    const { specs, problems } = parse('{\n  "mcpServers": {\n    "a": oops\n  }\n}');
    expect(specs).toEqual([]);
    expect(problems).toMatchObject([{ line: 3, column: 10, harmless: false }]);
  });

  it('without servers says so', () => {
    expect(parse({ theme: 'dark' }).problems).toMatchObject([{ line: 1, harmless: false }]);
  });

  it('never shows a secret in its problems', () => {
    const { problems } = parse({
      mcpServers: {
        a: { command: 'x', env: { K: ['hunter2'] } },
        b: { url: `ftp://u:${ref('TOKEN')}@h/`, headers: 'hunter2' },
        c: { type: 'http', url: 'http://h/', headers: { A: { b: 'hunter2' } } },
      },
    });
    expect(problems.length).toBe(3);
    expect(JSON.stringify(problems)).not.toMatch(/hunter2|s3cret/);
  });

  it('finds names again that need escapes, and values that repeat', () => {
    const text = '{"x":{"command":1},"mcpServers":{"a\\"b":{"command":1},\n"c":{"command":1}}}';
    expect(parse(text).problems.map(({ line, column }) => [line, column])).toEqual([
      [1, 34],
      [2, 1],
    ]);
  });
});

describe('loadMcpFile', () => {
  it('reads a file with a byte order mark, and reports one that is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mcp-file-'));
    try {
      const path = join(folder, '.mcp.json');
      await writeFile(path, '\ufeff{"mcpServers":{"a":{"command":"x"}}}');
      expect((await loadMcpFile(path)).specs).toMatchObject([{ name: 'a', transport: { cwd: folder } }]);
      expect((await loadMcpFile(join(folder, 'none'))).problems).toMatchObject([{ line: 0, harmless: false }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
