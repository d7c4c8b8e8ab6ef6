import { describe, expect, it } from 'vitest';
import { agent, owner, startHub } from '../../../services/channel/hub.ts';
import { envelope, StdioDoor } from './doors.ts';
import { FakeMesh } from './fake-mesh.ts';

/** The tool as a model has it, on a hub. */
async function start() {
  const hub = await startHub();
  const mesh = new FakeMesh({ channels: hub.as(agent('claude')) });
  async function answer(args: object): Promise<{ text: string; isError: boolean }> {
    await using door = new StdioDoor(mesh);
    const params = `{"name":"towline_channel","arguments":${JSON.stringify(args)},"_meta":${envelope()}}`;
    door.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
    const { result = {} } = await door.message();
    const [content] = result['content'] as { text: string }[];
    return { text: content?.text ?? '', isError: result['isError'] === true };
  }
  const call = async (args: object) => JSON.parse((await answer(args)).text) as Record<string, unknown>;
  return { hub, answer, call };
}

describe('towline_channel', () => {
  it('lets a model talk with others, and read what is new', async () => {
    const { hub, call } = await start();
    await hub.as(owner).createChannel({ name: 'dev', title: 'Work', groups: ['home'] });
    expect(await call({ action: 'list' })).toEqual({
      channels: [{ channel: 'dev', title: 'Work', groups: ['home'], members: 1, here: 0, last: 1 }],
      more: false,
    });
    expect(await call({ action: 'join', channel: 'dev' })).toMatchObject({ members: 2, last: 2 });
    expect(await call({ action: 'send', channel: 'dev', text: 'hello' })).toEqual({ sent: 3 });
    await hub.as(owner).sendToChannel({ channel: 'dev', text: 'hi', replyTo: 3n });
    expect(await call({ action: 'read', channel: 'dev', after: 2 })).toMatchObject({
      messages: [
        { cursor: 3, from: 'claude@hub', text: 'hello' },
        { cursor: 4, from: 'owner@hub', text: 'hi', reply_to: 3 },
      ],
      last: 4,
      more: false,
    });
    const newest = await call({ action: 'read', channel: 'dev', limit: 2 });
    expect(newest).toMatchObject({ messages: [{ cursor: 3 }, { cursor: 4 }], more: true });
    const members = await call({ action: 'members', channel: 'dev' });
    expect(members).toMatchObject({ members: [{ member: 'claude@hub', here: false }, { member: 'owner@hub' }] });
    expect(await call({ action: 'leave', channel: 'dev' })).toEqual({ left: true });
    expect(await call({ action: 'create', channel: 'ops', groups: ['home'] })).toMatchObject({ channel: 'ops' });
  });

  it.each([
    [{}, '"action" must be one of'],
    [{ action: 'toString' }, '"action" must be one of'],
    [{ action: 'read' }, '"channel" is missing'],
    [{ action: 'read', channel: 7 }, '"channel" must be a string'],
    [{ action: 'read', channel: 'none' }, 'towline channel list'],
    [{ action: 'read', channel: 'dev', after: -1 }, '"after" must be a whole number'],
    [{ action: 'send', channel: 'dev' }, '"text" must be a string'],
    [{ action: 'send', channel: 'dev', text: 'x' }, 'not a member'],
    [{ action: 'create', channel: 'Not A Name' }, 'CreateChannelRequest.name'],
    [{ action: 'create', channel: 'x', groups: 'home' }, '"groups" must be a list'],
  ])('tells the model what is wrong with %j', async (args, words) => {
    const { hub, answer } = await start();
    await hub.as(owner).createChannel({ name: 'dev' });
    const { text, isError } = await answer(args);
    expect([isError, text]).toEqual([true, expect.stringContaining(words)]);
  });
});
