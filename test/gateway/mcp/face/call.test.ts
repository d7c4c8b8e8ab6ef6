import { Code, ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { ToolErrorSchema } from '../../../../gen/towline/v1/error_info_pb.ts';
import { AgentAudience } from '../../../../gen/towline/v1/presence_pb.ts';
import { failure } from '../../../../src/rpc/failure.ts';
import { envelope, type Message, StdioDoor } from './doors.ts';
import { definition, FakeMesh, toolSet } from './fake-mesh.ts';

const offered = toolSet('work', 'up', definition('a', ',"description":"Reads the Kelvin scale"'), definition('b'));

/** The answer to a call of a modern client. */
async function call(mesh: FakeMesh, name: string, args = '{}'): Promise<Message> {
  await using door = new StdioDoor(mesh.offer(offered));
  const params = `{"name":"${name}","arguments":${args},"_meta":${envelope()}}`;
  door.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`);
  return door.message();
}

function failing(error: ConnectError): FakeMesh {
  // biome-ignore lint/correctness/useYield: a tool that fails before it says anything
  return new FakeMesh().on('a', async function* () {
    throw error;
  });
}

function toolError(code: number, dataJson?: string): ConnectError {
  const value = dataJson === undefined ? { code, message: 'said' } : { code, message: 'said', dataJson };
  return new ConnectError('failed', Code.Unknown, undefined, [{ desc: ToolErrorSchema, value }]);
}

function textOf({ result = {} }: Message): string {
  return (result['content'] as { text: string }[])[0]?.text ?? '';
}

describe('a call that fails', () => {
  it('gives the error that the upstream gave', async () => {
    const answer = await call(failing(toolError(-32099, '{"x":1}')), 'work__up__a');
    expect(answer.error).toEqual({ code: -32099, message: 'said', data: { x: 1 } });
  });

  it.each([-32020, -32022])('keeps %i to itself: it speaks of another hop', async (code) => {
    const { result } = await call(failing(toolError(code)), 'work__up__a');
    expect(result).toMatchObject({ isError: true });
  });

  it('passes on that a capability is missing only if the caller lacks it', async () => {
    const missing = '{"requiredCapabilities":{"sampling":{}}}';
    const answer = await call(failing(toolError(-32021, missing)), 'work__up__a');
    expect(answer.error?.code).toBe(-32021);
  });

  it('tells the model what happened and what can be done', async () => {
    const error = failure(Code.Unavailable, 'PEER_OFFLINE', 'the peer "work" is offline', {
      help: 'run "towline peers" on this machine',
      retryDelayMs: 2_500,
    });
    const answer = await call(failing(error), 'work__up__a');
    expect(answer.result).toMatchObject({ resultType: 'complete', isError: true });
    expect(textOf(answer)).toBe(
      'the peer "work" is offline. What can be done: run "towline peers" on this machine. It may work again in 3 s.',
    );
  });

  it('warns the model where the tool may have run', async () => {
    const lost = failure(Code.Aborted, 'OUTCOME_UNKNOWN', 'the answer was lost');
    expect(textOf(await call(failing(lost), 'work__up__a'))).toContain('may have run');
    const silent = new FakeMesh().on('a', async function* () {});
    expect(textOf(await call(silent, 'work__up__a'))).toContain('may have run');
  });

  it('is an error of the request where the request is wrong', async () => {
    const gone = await call(failing(failure(Code.NotFound, 'TOOL_NOT_FOUND', 'no')), 'work__up__a');
    expect(gone.error).toMatchObject({ code: -32602, message: expect.stringContaining('Unknown tool: work__up__a') });
    const bad = await call(failing(failure(Code.InvalidArgument, 'ARGUMENTS_NOT_JSON', 'no JSON')), 'work__up__a');
    expect(bad.error).toMatchObject({ code: -32602, message: 'no JSON.' });
  });
});

describe('the built-in tools', () => {
  it('list the machines, their state and their tools', async () => {
    expect(JSON.parse(textOf(await call(new FakeMesh(), 'towline_peers')))).toEqual({
      nodes: [
        {
          alias: 'self',
          name: 'Here',
          state: 'connected',
          tools: 0,
          agents: [{ agent: 'me', state: 'online', status: 'idle' }],
        },
        {
          alias: 'work',
          state: 'offline',
          tools: 2,
          lastError: 'gone',
          agents: [{ agent: 'ada', state: 'offline', status: 'do not disturb', summary: 'sleeps' }],
        },
      ],
    });
  });

  it('find a tool by what it does, with its schema', async () => {
    const found = JSON.parse(textOf(await call(new FakeMesh(), 'towline_find_tool', '{"query":"kelvin temperature"}')));
    expect(found).toEqual({
      matches: 1,
      tools: [
        {
          name: 'work__up__a',
          node: 'work',
          description: 'Reads the Kelvin scale',
          inputSchema: { type: 'object' },
        },
      ],
    });
    const all = JSON.parse(textOf(await call(new FakeMesh(), 'towline_find_tool', '{"query":"work","limit":1}')));
    expect(all).toMatchObject({ matches: 2, tools: [{}] });
  });

  it('call a tool with the exact arguments', async () => {
    const mesh = new FakeMesh().answer('a', '{"content":[]}');
    const args = '{"name":"work__up__a","arguments":{"n": 12345678901234567890}}';
    expect((await call(mesh, 'towline_call_tool', args)).result).toEqual({ resultType: 'complete', content: [] });
    expect(mesh.calls[0]).toMatchObject({ argumentsJson: '{"n": 12345678901234567890}' });
  });

  it('say what the agent does, and leave what it does not name', async () => {
    const mesh = new FakeMesh();
    const set = async (args: object) =>
      JSON.parse(textOf(await call(mesh, 'towline_set_status', JSON.stringify(args))));
    expect(await set({ status: 'working', summary: 'the store', title: 'writer' })).toEqual({
      agent: 'me',
      state: 'online',
      status: 'working',
      summary: 'the store',
      title: 'writer',
    });
    expect(await set({ capabilities: ['sql'], visible: false })).toMatchObject({
      title: 'writer',
      capabilities: ['sql'],
    });
    expect(mesh.agent.visibility?.audience).toBe(AgentAudience.NODE);
    expect(await set({})).toMatchObject({ status: 'working' });
  });

  it.each([
    ['towline_set_status', '{"status":"bored"}', '"status"'],
    ['towline_set_status', '{"capabilities":[1]}', '"capabilities"'],
    ['towline_set_status', '{"constructor":1}', '"constructor"'],
    ['towline_find_tool', '{}', '"query"'],
    ['towline_find_tool', '{"query":"x","limit":"many"}', '"limit"'],
    ['towline_call_tool', '{}', '"name"'],
    ['towline_call_tool', '{"name":"work__up__a","arguments":[]}', '"arguments"'],
    ['towline_call_tool', '{"name":"towline_call_tool"}', 'Unknown tool'],
  ])('tell the model what is wrong: %s %s', async (name, args, words) => {
    const answer = await call(new FakeMesh(), name, args);
    expect(answer.result).toMatchObject({ isError: true });
    expect(textOf(answer)).toContain(words);
  });
});
