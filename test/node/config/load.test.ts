import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../src/base/errors.ts';
import { defaultConfigText } from '../../../src/node/config/default-config.ts';
import { loadConfig, parseConfig } from '../../../src/node/config/load.ts';
import { problemText } from '../../../src/node/config/problem.ts';
import { scratchFolder } from '../../store/scratch.ts';

const failureOf = (text: string) => parseConfig('towline.yaml', text).then(() => 'no failure', messageOf);

describe('a configuration file', () => {
  it('may be absent, empty, or what `towline init` writes', async () => {
    const folder = scratchFolder();
    expect((await loadConfig(join(folder, 'towline.yaml'))).problems).toEqual([]);
    await writeFile(join(folder, 'towline.yaml'), '');
    expect((await loadConfig(join(folder, 'towline.yaml'))).problems).toEqual([]);
    expect((await parseConfig('towline.yaml', defaultConfigText('laptop'))).config.name).toBe('laptop');
    expect((await parseConfig('towline.yaml', defaultConfigText())).config.name).toBe('');
  });

  it('is read with the names of the schema', async () => {
    const text =
      'listen: {port: 0, plain_remote: true}\nupstreams:\n  fs: {command: npx, args: [-y, x], share: [home]}\n';
    const { config } = await parseConfig('towline.yaml', text);
    expect(config.relay).toBeUndefined();
    expect((await parseConfig('towline.yaml', 'approvals: {wait: 90s}')).config.approvals?.wait?.seconds).toBe(90n);
    expect((await parseConfig('towline.yaml', 'relay: false')).config.relay).toBe(false);
    expect(config.listen).toMatchObject({ port: 0, plainRemote: true });
    expect(config.upstreams['fs']).toMatchObject({ transport: { case: 'command', value: 'npx' }, share: ['home'] });
  });

  it.each([
    ['name: [', 'towline.yaml:1:8:'],
    ['name: Bad Name', 'towline.yaml:1:1: name: must match ^('],
    ['listen:\n  port: 99999', 'towline.yaml:2:3: listen.port: must be less than'],
    ['listen:\n  port: abc', 'towline.yaml:2:3: listen.port: expected a whole number from 0 to 4294967295, got "abc"'],
    ['listen:\n  port: 1.5', 'towline.yaml:2:3: listen.port: expected a whole number'],
    ['listen:\n  port: -1', 'towline.yaml:2:3: listen.port: expected a whole number'],
    [
      'approvals: {wait: 90}',
      'towline.yaml:1:13: approvals.wait: expected a length of time in seconds, such as 90s, got 90',
    ],
    ['approvals: {wait: 2h}', 'towline.yaml:1:13: approvals.wait: expected a length of time in seconds, such as 90s'],
    ['approvals: {wait: 7200s}', 'towline.yaml:1:13: approvals.wait: must be greater than or equal to 1s'],
    ["approvals: {approvers: ['@@ops']}", 'towline.yaml:1:25: approvals.approvers.0: must match'],
    ['name: x\nlisten: 5', 'towline.yaml:2:1: listen: expected a map of keys, got 5'],
    ['listen:\n  advertise: x:1', 'towline.yaml:2:3: listen.advertise: expected a list, got "x:1"'],
    [
      'listen:\n  advertise: [a, 1]',
      'towline.yaml:2:18: listen.advertise.1: expected a text, got 1; write it in quotes',
    ],
    ['listen:\n  plain_remote: "yes"', 'towline.yaml:2:3: listen.plain_remote: expected true or false, got "yes"'],
    ['log_level: loud', 'log_level: must be one of debug, info, warn, error'],
    ['upstreams: [a]', 'upstreams: expected a map of names, got a list'],
    ['team: x\nname: *who', 'towline.yaml:2:7: there is no &who'],
    ['name: a\n---\nname: b', 'towline.yaml:2:1: Source contains multiple documents: a configuration is one'],
    ['\tname: a', 'towline.yaml:1:1: Tabs are not allowed'],
    [
      'mcp_files:\n  - path: x\n    share: [a]\n  - path: x\n    share: [a, B]',
      'towline.yaml:5:16: mcp_files.1.share.1: must match',
    ],
    ['limits: [{quotas: {chanels: 3}}]', 'limits.0.quotas.chanels: must be in list [channels, stored_bytes]'],
    ['1: x', '1: there is no such key'],
    ['? [a]\n: b', 'there is no such key'],
    ['nam: x', 'did you mean name?'],
    ['zebra: x', 'known are name, role'],
    ['- 1', 'a configuration is a map of keys'],
    ['name: a\nname: b', 'towline.yaml:2:1:'],
    ['mcp_files:\n  - path: x\n    share: [Home]', 'mcp_files.0.share.0'],
  ])('that is wrong says where and why: %j', async (text, says) => {
    expect(await failureOf(text)).toContain(says);
  });

  it('with a broken upstream keeps the others, and tells of each that is broken', async () => {
    const text =
      'upstreams:\n  a:\n    command: x\n  b:\n    url: http://x\n    command: y\n  c:\n    comand: z\n  d: {}\n';
    const { config, problems } = await parseConfig('towline.yaml', text);
    expect(Object.keys(config.upstreams)).toEqual(['a']);
    expect(problems.map(problemText)).toEqual([
      expect.stringMatching(/^towline\.yaml:4:3: upstreams\.b: only one of command, url may be given/),
      'towline.yaml:8:5: upstreams.c.comand: there is no such key; did you mean command?',
      expect.stringMatching(/^towline\.yaml:9:3: upstreams\.d/),
    ]);
  });

  it('tells of everything that is wrong at once, in the order of the file', async () => {
    const said = await failureOf('nam: x\nlisten:\n  port: abc\n  hots: y\nupstreams:\n  a: {}\n');
    expect(said.split('\n').map((line) => line.split(': ', 1)[0])).toEqual([
      'towline.yaml:1:1',
      'towline.yaml:3:3',
      'towline.yaml:4:3',
    ]);
  });

  it('names the one upstream whose variable is a number', async () => {
    const text = 'upstreams:\n  a: {command: x}\n  b:\n    command: x\n    env:\n      PORT: 8080\n';
    const { config, problems } = await parseConfig('towline.yaml', text);
    expect(Object.keys(config.upstreams)).toEqual(['a']);
    expect(problems.map(problemText)).toEqual([
      'towline.yaml:6:7: upstreams.b.env.PORT: expected a text, got 8080; write it in quotes: "8080"',
    ]);
  });

  it.each(['constructor', '__proto__', 'toString'])('may call an upstream %s', async (name) => {
    const { config } = await parseConfig('towline.yaml', `upstreams:\n  ${name}: {command: x}\n  b: 5\n`);
    expect(Object.keys(config.upstreams)).toEqual([name]);
  });

  it('of a few lines that stand for gigabytes is refused', async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const [own, below] = [`a${level + 1}`, `*a${level}`];
      return `${own}: &${own} [${Array.from({ length: 9 }, () => below).join(', ')}]`;
    });
    expect(await failureOf(`a0: &a0 [x]\n${levels.join('\n')}`)).toContain('Excessive alias count');
  });

  it('of 256 upstreams is read in a moment', async () => {
    const lines = Array.from({ length: 256 }, (_, index) => `  u${index}: {command: x, args: [a], share: [home]}\n`);
    const started = performance.now();
    const { config } = await parseConfig('towline.yaml', `upstreams:\n${lines.join('')}`);
    expect(Object.keys(config.upstreams)).toHaveLength(256);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('that cannot be read says so', async () => {
    await expect(loadConfig(tmpdir())).rejects.toMatchObject({ reason: 'CONFIG_INVALID' });
  });
});
