// `towline send` and `towline inbox` against a running node.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MailMesh, type MailNode } from '../node/mailbox/mesh.ts';
import { towline } from './capture.ts';

let mesh: MailMesh;
let node: MailNode;

beforeAll(async () => {
  const started = await MailMesh.start('desk');
  mesh = started.mesh;
  [node] = started.nodes as [MailNode];
  await node.addAgent('claude');
}, 30_000);
afterAll(() => mesh[Symbol.asyncDispose]());

const run = (...words: string[]) => towline([...words, '--home', node.home]);

describe('towline send', () => {
  it('tells what became of a mail, and towline inbox shows it', async () => {
    const sent = await run('send', 'claude', 'look at \u001b[31mCI', '--wait', 'delivered');
    expect(sent.code).toBe(0);
    expect(sent.out).toMatch(/^claude@self +delivered/m);
    const { out } = await run('inbox', '--agent', 'claude');
    expect(out).toMatch(/owner@self +you/);
    expect(out).not.toContain('\u001b');
    const id = JSON.parse((await run('inbox', '--agent', 'claude', '--json')).out).mails[0].messageId;
    const hex = Buffer.from(id, 'base64').toString('hex');
    expect((await run('inbox', 'read', hex.slice(-6), '--agent', 'claude')).out).toContain('look at CI');
    expect((await run('inbox', '--unread', '--agent', 'claude')).err).toContain('No mail.');
  });

  it('says something in a channel', async () => {
    expect(await run('channel', 'create', 'dev')).toMatchObject({ code: 0 });
    const sent = await run('send', '#dev', 'hello, channel', '--wait', 'delivered');
    expect(sent).toMatchObject({ code: 0, err: '' });
    expect(sent.out).toMatch(/^Mail [0-9a-f]{32}: sent to the channel$/m);
    expect((await run('channel', 'history', 'dev')).out).toContain('hello, channel');
    expect((await run('inbox')).out).not.toContain('hello, channel');
  });

  it.each([
    [['nobody-at-all'], 5, 'TARGET_UNKNOWN'],
    [['@none'], 1, 'TARGET_EMPTY'],
    [['claude', '', '--json'], 2, 'text'],
    [['claude', 'x', '--priority', 'soon'], 2, 'priority'],
    [['claude', 'x', '--reply-to', 'abc'], 2, 'no id of a mail'],
  ])('fails for %j', async ([target = '', text = 'hello', ...more], code, said) => {
    const result = await run('send', target, text, ...more);
    expect(result.err).toContain(said);
    expect(result.code).toBe(code);
  });

  it('ends with 4 when the receiver refuses', async () => {
    const { code, out } = await run('send', 'gone@self', 'hello?', '--wait', 'read');
    expect(out).toContain('AGENT_UNKNOWN');
    expect(code).toBe(4);
  });
});
