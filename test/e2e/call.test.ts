/** The main job, with real processes: an agent on one node calls the tools of another. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { everything, startMesh, type TestMesh } from '../fixtures/mesh.ts';

interface ToolList {
  tools: { ref: { node: string; upstream: string; name: string } }[];
}

let mesh: TestMesh<'work' | 'laptop'>;
beforeAll(async () => {
  mesh = await startMesh({ work: { servers: { everything }, share: ['home'] }, laptop: {} });
  await mesh.join('laptop', 'work');
}, 60_000);
afterAll(() => mesh?.[Symbol.asyncDispose]());

async function toolNames(node: 'work' | 'laptop'): Promise<string[]> {
  const { tools } = await mesh.node(node).json<ToolList>('tools');
  return tools.map(({ ref }) => `${ref.node}/${ref.upstream}/${ref.name}`);
}

describe('two nodes', () => {
  it('let an agent of one call a tool of the other, exactly as it was written', async () => {
    await vi.waitFor(async () => expect(await toolNames('laptop')).toContain('work/everything/echo'), 20_000);
    const { code, stdout, stderr } = await mesh
      .node('laptop')
      .towline('call', 'work/everything/echo', '{"message":"ahoy"}');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Echo: ahoy');
  });

  it('find a tool by its name alone', async () => {
    const { stdout } = await mesh.node('laptop').towline('call', 'echo', 'message=hello');
    expect(stdout).toContain('Echo: hello');
  });

  it.each([
    ['work/everything/no-such-tool', '{}', 5, 'TOOL_NOT_FOUND'],
    ['work/everything/echo', '{"message":', 2, 'JSON'],
    ['nobody/everything/echo', '{}', 5, 'PEER_UNKNOWN'],
  ])('say what is wrong with a call of %s %s', async (tool, args, code, says) => {
    const answer = await mesh.node('laptop').towline('call', tool, args);
    expect(answer.code, answer.stderr).toBe(code);
    expect(answer.stderr).toContain(says);
  });

  it('show each other as connected', async () => {
    const { peers } = await mesh.node('laptop').json<{ peers: { node: { alias: string }; state: string }[] }>('peers');
    expect(peers.map(({ node, state }) => [node.alias, state])).toEqual([['work', 'PEER_STATE_CONNECTED']]);
  });

  it('answer plain JSON over HTTP with a token, and refuse without', async () => {
    const { token } = await mesh.node('laptop').json<{ token: string }>('token', 'create', '--agent', 'curl');
    const curl = promisify(execFile);
    const url = `${mesh.node('laptop').url}/towline.v1.ToolService/ListTools`;
    const json = ['-sS', url, '-H', 'content-type: application/json', '-d', '{}'];
    const { stdout } = await curl('curl', [...json, '-H', `authorization: Bearer ${token}`]);
    expect((JSON.parse(stdout) as ToolList).tools.map(({ ref }) => ref.name)).toContain('echo');
    expect((await curl('curl', json)).stdout).toContain('unauthenticated');
  });
});
