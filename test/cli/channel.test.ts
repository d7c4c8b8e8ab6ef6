// The commands against a whole node in this process.

import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { type LocalNode, type LocalNodes, localNodes } from '../fixtures/nodes.ts';
import { type Captured, towline } from './capture.ts';

let nodes: LocalNodes;
let node: LocalNode;

beforeAll(async () => {
  nodes = await localNodes();
  node = await nodes.start('desk');
}, 60_000);
afterAll(() => nodes[Symbol.asyncDispose]());

function channel(...words: string[]): Promise<Captured> {
  return towline(['channel', ...words, '--home', node.home]);
}

/** A command that goes on until Ctrl-C, line by line. */
function following(...words: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const argv = ['channel', ...words, '--home', node.home];
  const ended = main(argv, { stdin: Readable.from(['']), stdout, stderr, env: {} });
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  return {
    line: async () => String((await lines.next()).value),
    /** As a person does it. */
    interrupt: () => {
      process.emit('SIGINT');
      return ended;
    },
  };
}

describe('towline channel', () => {
  it('makes, lists, joins, sends, shows and deletes', async () => {
    expect((await channel('list')).err).toContain('towline channel create');
    expect((await channel('create', 'dev', '--title', 'Work', '--name', 'Ann')).out).toContain('#dev');
    expect((await channel('list')).out).toMatch(/^#dev +0\/1 +1 +1 +Work$/m);
    expect(await channel('send', 'dev', 'the', 'build', 'is', 'green')).toMatchObject({
      code: 0,
      out: expect.stringContaining('message 2'),
    });
    const piped = await towline(
      ['channel', 'send', 'dev', '-', '--reply-to', '2', '--mention', 'owner', '--home', node.home],
      {},
      'one\ntwo\u001b[31m\n',
    );
    expect(piped.code).toBe(0);
    const { out } = await channel('history', 'dev');
    expect(out).toMatch(/ 1 .*\* Ann made the channel/);
    expect(out).toMatch(/ 2 .*owner@desk \(Ann\): the build is green/);
    expect(out).toMatch(/ 3 .*\[answers 2\]: one\n +two\n/);
    expect(out).not.toContain('\u001b');
    const paged = await channel('history', 'dev', '--newest', '1', '--before', '3', '--json');
    expect(JSON.parse(paged.out)).toMatchObject({ messages: [{ cursor: '2' }], hasMore: true });
    expect((await channel('members', 'dev')).out).toMatch(/^owner@desk .*Ann$/m);
    expect((await channel('leave', 'dev')).out).toContain('You left');
    const refused = await channel('send', 'dev', 'x', '--json');
    expect(JSON.parse(refused.err)).toMatchObject({
      error: { reason: 'NOT_A_MEMBER', help: expect.stringContaining('join dev') },
    });
    expect((await channel('send', 'dev', 'x', '--join')).code).toBe(0);
    expect((await channel('delete', 'dev')).out).toContain('deleted');
    expect((await channel('history', 'dev')).code).toBe(5);
    expect((await channel('history', 'dev', '--newest', 'many')).code).toBe(2);
  });

  it('follows until Ctrl-C, each message once', async () => {
    await channel('create', 'live');
    await channel('send', 'live', 'before');
    const follow = following('follow', 'live', '--json', '--after', '1');
    expect(JSON.parse(await follow.line())).toMatchObject({ cursor: '2', text: 'before' });
    await channel('send', 'live', 'after');
    expect(JSON.parse(await follow.line())).toMatchObject({ cursor: '3', text: 'after', sender: { agent: 'owner' } });
    expect(await follow.interrupt()).toBe(0);
  });
});
