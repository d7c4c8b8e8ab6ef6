import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/node/config/load.ts';
import { problemText } from '../../../src/node/config/problem.ts';

const problemsOf = async (text: string) => (await parseConfig('towline.yaml', text)).problems.map(problemText);
const upstream = (lines: string) => `upstreams:\n  files:\n    command: npx\n${lines}\n`;

describe('secrets in towline.yaml', () => {
  it('stand beside the environment, or in it', async () => {
    const text = upstream('    env: {A: plain, B: {file: b.token}}\n    secrets: {C: {command: [pass, show, c]}}');
    const { config, problems } = await parseConfig('towline.yaml', text);
    expect(problems).toEqual([]);
    expect(config.upstreams['files']).toMatchObject({
      env: { A: 'plain' },
      secrets: { B: { file: 'b.token', command: [] }, C: { file: '', command: ['pass', 'show', 'c'] } },
    });
  });

  it.each([
    ['a key that is none', '    env:\n      B:\n        flie: b.token', 'towline.yaml:6:9: '],
    ['a file and a command', '    env: {B: {file: b, command: [c]}}', 'give either a file or a command'],
    ['neither', '    secrets: {B: {}}', 'give either a file or a command'],
    ['a name that no program can have', '    secrets: {"A-B": {file: b}}', 'must match'],
  ])('are refused with their place: %s', async (_, lines, message) => {
    expect((await problemsOf(upstream(lines))).join('\n')).toContain(message);
  });
});
