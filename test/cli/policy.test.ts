// `towline policy` on a real node, with the rules and the cases that docs/POLICY.md shows.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TokenKind } from '../../gen/towline/v1/token_pb.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../fixtures/nodes.ts';
import { newNodeId } from '../trust/support.ts';
import { towline } from './capture.ts';

const page = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'POLICY.md'), 'utf8');
const [rules = '', cases = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
const upstream = join(import.meta.dirname, '..', 'fixtures', 'files-server.ts');
const files = `upstreams: {files: {command: "${process.execPath}", args: ["${upstream}"], share: [home]}}\n`;

let nodes: LocalNodes;
let node: LocalNode;
const run = (...args: string[]) => towline(['policy', ...args, '--home', node.home]);

beforeAll(async () => {
  nodes = await localNodes();
  node = await nodes.start('work');
  await node.admin.addTrust({ nodeId: newNodeId(), alias: 'ci', group: 'home' });
  await node.admin.createToken({ kind: TokenKind.AGENT, subject: 'claude' });
  await writeFile(join(node.home, 'towline.yaml'), files + rules);
  await node.admin.reload({});
  await vi.waitFor(
    async () => expect((await run('test', '--as', 'ci', '--tool', 'write_text')).out).not.toContain('no such tool'),
    {
      timeout: 10_000,
    },
  );
});
afterAll(() => nodes[Symbol.asyncDispose]());

describe('towline policy', () => {
  it('shows the rules in their order', async () => {
    const { out } = await run('show');
    expect(out).toMatch(/^RULE +SAYS +WHO/m);
    expect(out).toMatch(/^ci-writes +allow +peer:ci role:builder +files\/write_\* +60\/1m/m);
    expect(JSON.parse((await run('show', '--json')).out)).toMatchObject({
      policy: { rules: { length: 6 } },
      refusal: '',
    });
  });

  it('answers the cases of the documentation as they say, and ends with 1 when one is another', async () => {
    const file = join(node.home, 'cases.yaml');
    await writeFile(file, cases);
    expect(await run('test', '--file', file)).toMatchObject({ code: 0, out: '5 of 5 answers are as expected\n' });
    await writeFile(file, 'cases: [{as: ci, tool: files/write_text, args: \'{"path": "/srv"}\', expect: deny}]');
    const { code, out } = await run('test', '--file', file);
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/wrong {2}ci files\/write_text .*: expected deny, got allow by ci-writes/),
    ]);
    await writeFile(file, 'cases: [{as: ci, expect: perhaps}, {expects: deny}]');
    expect(await run('test', '--file', file)).toMatchObject({ code: 1, err: expect.stringContaining('cases.yaml:1:') });
  });

  it('answers one question, and explains it rule by rule', async () => {
    const args = ['--as', 'agent:claude', '--tool', 'files.write_text', '--args', '{"path": "/srv/x"}'];
    expect((await run('test', ...args)).out).toBe('ask: by the rule writes-are-asked\n');
    const { out } = await run('explain', ...args);
    expect(out).toMatch(/^no-system-files +deny +false$/m);
    expect(out).toMatch(/^ci-writes +allow +other principal$/m);
    expect(out).toMatch(/^writes-are-asked +ask +matched$/m);
    expect((await run('test', '--as', 'ci', '--tool', 'files/nope')).out).toContain('no such tool');
    expect(await run('test', '--tool', 'files/read')).toMatchObject({ code: 2 });
  });

  it('lints a file, with places, and looks names up in the node that runs', async () => {
    const file = join(node.home, 'draft.yaml');
    await writeFile(
      file,
      'policy:\n  rules:\n    - {name: a, effect: deny, who: ["peer:cii"], when: args.path.startWith("/")}\n',
    );
    const { code, out } = await run('lint', file);
    expect(code).toBe(1);
    expect(out).toMatch(
      /refused {2}\S+draft\.yaml:3:\d+: policy\.rules\.0\.when: rule a, when: character \d+ .*startWith\(\)/,
    );
    expect(out).toContain('this node knows no peer:cii');
    expect(await run('lint')).toMatchObject({ code: 0, out: expect.stringContaining('they would come into force') });
    const away = join(node.home, 'away');
    await mkdir(away);
    expect(await towline(['policy', 'lint', file, '--home', away])).toMatchObject({
      code: 1,
      err: expect.stringContaining('No node runs'),
    });
  });

  it('lists the verbs', async () => {
    expect((await run('verbs')).out.split('\n')).toEqual(
      expect.arrayContaining(['tools.call', 'channels.send', 'groups.create']),
    );
  });
});
