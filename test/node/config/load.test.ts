import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../src/base/errors.ts';
import { defaultConfigText } from '../../../src/node/config/default-config.ts';
import { loadConfig, parseConfig } from '../../../src/node/config/load.ts';
import { problemText } from '../../../src/node/config/problem.ts';

const failureOf = (text: string) => parseConfig('towline.yaml', text).then(() => 'no failure', messageOf);

describe('a configuration file', () => {
  it('may be absent, empty, or what `towline init` writes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'towline-config-'));
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
    expect(config.listen).toMatchObject({ port: 0, plainRemote: true });
    expect(config.upstreams['fs']).toMatchObject({ transport: { case: 'command', value: 'npx' }, share: ['home'] });
  });

  it.each([
    ['name: [', 'towline.yaml:1:8:'],
    ['name: Bad Name', 'towline.yaml:1:1: name: does not match'],
    ['listen:\n  port: 99999', 'towline.yaml:2:3: listen.port: must be less than'],
    ['listen:\n  port: abc', 'expected number'],
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
      expect.stringMatching(/^towline\.yaml:4:3: upstreams\.b: .*multiple times/),
      'towline.yaml:8:5: upstreams.c.comand: there is no such key; did you mean command?',
      expect.stringMatching(/^towline\.yaml:9:3: upstreams\.d/),
    ]);
  });
});
