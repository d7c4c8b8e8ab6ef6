import { describe, expect, it } from 'vitest';
import { UpstreamState } from '../../../../gen/towline/v1/tool_pb.ts';
import { errorInfoOf, reasonOf } from '../../../../src/rpc/failure.ts';
import {
  callTool,
  context,
  fixtures,
  readyUpstream,
  resultOf,
  resultText,
  specOf,
  startUpstream,
  stdioSpec,
  toolNames,
  until,
} from '../../../fixtures/mcp/upstreams.ts';

const raw = (...args: string[]) => stdioSpec('raw-stdio.ts', ...args);

async function reasonFrom(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => 'no failure',
    (error: unknown) => reasonOf(error) ?? String(error),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('an upstream over stdio', () => {
  it('offers the tools of server-everything, and calls them', async () => {
    const transport = stdioSpec('@modelcontextprotocol/server-everything/dist/index.js', 'stdio');
    await using upstream = await readyUpstream(specOf(transport));
    expect(await toolNames(upstream)).toContain('echo');
    expect(upstream.status().software).toMatch(/everything .*MCP 2025/);
    expect(await resultOf(upstream, 'echo', { args: { message: 'hi' } })).toMatchObject({
      content: [{ type: 'text', text: 'Echo: hi' }],
    });
  });

  it('reads a folder through server-filesystem', async () => {
    const transport = stdioSpec('@modelcontextprotocol/server-filesystem/dist/index.js', fixtures);
    await using upstream = await readyUpstream(specOf(transport));
    expect(await resultText(upstream, 'list_directory', { args: { path: fixtures } })).toContain('raw-stdio.ts');
  });

  it('streams the progress of server-everything in order', async () => {
    const transport = stdioSpec('@modelcontextprotocol/server-everything/dist/index.js', 'stdio');
    await using upstream = await readyUpstream(specOf(transport));
    const events = await callTool(upstream, 'trigger-long-running-operation', {
      args: { duration: 0.2, steps: 4 },
      request: { progress: true },
    });
    const progress = events.flatMap((event) => (event.case === 'progress' ? [event.value.progress] : []));
    expect(progress).toEqual([1, 2, 3, 4]);
    expect(events.at(-1)?.case).toBe('result');
  });

  it('gives a child only the basic variables and its own, expanded', async () => {
    const transport = { ...raw(), env: { TOKEN: 'x-$' + '{SECRET:-none}' } } as ReturnType<typeof raw>;
    const env = { ...process.env, SECRET: 's3', OTHER: 'hidden' };
    await using upstream = await readyUpstream(specOf(transport), { env });
    const result = (await resultOf(upstream, 'env')) as { env: Record<string, string>; cwd: string };
    expect(result.env).toMatchObject({ TOKEN: 'x-s3', PATH: process.env['PATH'] });
    expect(result.env).not.toHaveProperty('OTHER');
    expect(result.cwd).toBe(fixtures);
  });

  it('does not start without a variable that it needs, and names it', async () => {
    const transport = { ...raw(), env: { TOKEN: '$' + '{MISSING_SECRET}' } } as ReturnType<typeof raw>;
    await using upstream = startUpstream(specOf(transport));
    await until(() => upstream.status().state === UpstreamState.FAILED);
    expect(upstream.status().error).toContain('env.TOKEN needs the variable MISSING_SECRET');
  });

  it('keeps the exact text of definitions, arguments, _meta and results', async () => {
    await using upstream = await readyUpstream(specOf(raw()));
    const argumentsJson = '{"n" : 1.50,\n"u":"\\u00e9"}';
    const metaJson = '{"a/b": 1.0,"progressToken":"theirs","io.modelcontextprotocol/logLevel":"debug"}';
    const extraJson = '{"task":{"ttl": 5.0},"name":"smuggled"}';
    const text = await resultText(upstream, 'exact', {
      request: { argumentsJson, metaJson, extraJson, progress: true },
    });
    expect(text).toMatch(/^\{"n": 1\.0e2 ,"big":12345678901234567890,"request":/);
    const sent = (JSON.parse(text) as { request: string }).request;
    expect(sent).toContain('"arguments":{"n" : 1.50, "u":"\\u00e9"}');
    expect(sent).toMatch(/"_meta":\{"a\/b":1\.0,"progressToken":\d+\},"task":\{"ttl": 5\.0\}\}\}$/);
    expect(sent).not.toMatch(/theirs|smuggled|logLevel/);
  });

  it.each(['{"a":1,"a":2}', '{}},{"x":{', '[1]'])(
    'refuses the arguments %s before they are sent',
    async (argumentsJson) => {
      await using upstream = await readyUpstream(specOf(raw()));
      expect(await reasonFrom(callTool(upstream, 'work', { request: { argumentsJson } }))).toBe('ARGUMENTS_NOT_JSON');
    },
  );

  it('delivers progress that shares a chunk with the result, without what does not grow', async () => {
    await using upstream = await readyUpstream(specOf(raw()));
    for (let round = 0; round < 50; round++) {
      const events = await callTool(upstream, 'lines', { request: { progress: true } });
      expect(events.map((event) => (event.case === 'progress' ? event.value.progress : event.case))).toEqual([
        1,
        2,
        3,
        'result',
      ]);
    }
  });

  it('ignores lines that are no messages, and keeps them to be read', async () => {
    await using upstream = await readyUpstream(specOf(raw('junk')));
    expect(await resultOf(upstream, 'work')).toMatchObject({ content: [{ text: 'done' }] });
    expect(upstream.stderr()).toContain('Welcome to the server!');
  });

  it('is not blocked by a megabyte on the standard error, of which it keeps 256 KiB', async () => {
    await using upstream = await readyUpstream(specOf(raw('flood')));
    await resultOf(upstream, 'work');
    expect(upstream.stderr().length).toBe(256 * 1024);
  });

  it('starts again, as legacy, a server that exits on the probe', async () => {
    await using upstream = await readyUpstream(specOf(raw('exits-on-probe')));
    expect(await resultOf(upstream, 'work')).toMatchObject({ content: [{ text: 'done' }] });
    expect(upstream.status().restartCount).toBe(0);
  });

  it('takes a server that is silent on the probe for a legacy one', async () => {
    await using upstream = await readyUpstream(specOf(raw('silent-probe')), { probeTimeoutMs: 100 });
    expect(upstream.status().software).toContain('2025-11-25');
  });

  it('says why a server cannot start, and that it tries again', async () => {
    await using upstream = startUpstream(specOf(raw('cannot')));
    await until(() => upstream.status().state === UpstreamState.FAILED);
    expect(upstream.status().error).toContain('no license found');
    const failed = await callTool(upstream, 'work').catch((error: unknown) => errorInfoOf(error));
    expect(failed).toMatchObject({ reason: 'UPSTREAM_DOWN' });
  });

  it('fails for a program that does not exist', async () => {
    const transport = { ...raw(), command: 'no-such-program' } as ReturnType<typeof raw>;
    await using upstream = startUpstream(specOf(transport));
    await until(() => upstream.status().state === UpstreamState.FAILED);
    expect(upstream.status().error).toContain('ENOENT');
  });

  it('tells that the outcome is unknown when the server dies during a call, then runs again', async () => {
    await using upstream = await readyUpstream(specOf(raw()));
    const other = reasonFrom(callTool(upstream, 'never'));
    expect(await reasonFrom(callTool(upstream, 'die'))).toBe('OUTCOME_UNKNOWN');
    expect(await other).toBe('OUTCOME_UNKNOWN');
    await until(() => upstream.status().state === UpstreamState.READY);
    expect(upstream.status().restartCount).toBe(1);
    expect(await resultOf(upstream, 'work')).toMatchObject({ content: [{ text: 'done' }] });
  });

  it('carries an answer of 20 MiB', async () => {
    await using upstream = await readyUpstream(specOf(raw()));
    expect((await resultText(upstream, 'big')).length).toBeGreaterThan(20 * 1024 * 1024);
  });

  it('refuses an answer of more than 64 MiB, and goes on', async () => {
    await using upstream = await readyUpstream(specOf(raw()));
    expect(await reasonFrom(callTool(upstream, 'too-big'))).toBe('RESULT_TOO_LARGE');
    expect(await resultOf(upstream, 'work')).toMatchObject({ content: [{ text: 'done' }] });
    expect(upstream.status().restartCount).toBe(0);
  });

  it('fails at once for an answer that names a member twice', async () => {
    await using upstream = await readyUpstream(specOf(raw()));
    expect(await reasonFrom(callTool(upstream, 'broken'))).toBe('RESULT_NOT_JSON');
  });

  it('gives up after the silence that the configuration allows, and tells the server', async () => {
    await using upstream = await readyUpstream(specOf(raw(), { timeoutMs: 150 }));
    expect(await reasonFrom(callTool(upstream, 'never'))).toBe('UPSTREAM_TIMEOUT');
    await until(() => /cancelled \{"requestId":\d+,"reason":"timeout"\}/.test(upstream.stderr()));
  });

  it('tells the server of a cancellation with its own id', async () => {
    await using upstream = await readyUpstream(specOf(raw()));
    const abort = new AbortController();
    const call = reasonFrom(callTool(upstream, 'never', { signal: abort.signal }));
    setTimeout(() => abort.abort(), 50);
    expect(await call).not.toBe('no failure');
    await until(() => /cancelled \{"requestId":\d+,"reason":"cancelled"\}/.test(upstream.stderr()));
  });

  it('refuses what a server asks of its client', async () => {
    await using upstream = await readyUpstream(specOf(raw()));
    expect(await resultOf(upstream, 'ask')).toMatchObject({ reply: { id: 'q1', error: { code: -32601 } } });
  });

  it('follows the pages of a list', async () => {
    await using upstream = await readyUpstream(specOf(raw('pages')));
    expect((await toolNames(upstream)).length).toBe(10);
  });

  it('does not follow a list for ever', async () => {
    await using upstream = startUpstream(specOf(raw('endless-list')));
    await until(() => upstream.status().state === UpstreamState.FAILED);
    expect(upstream.status().error).toContain('pages');
  });

  it('asks for no list where there are no tools', async () => {
    await using upstream = await readyUpstream(specOf(raw('no-tools')));
    expect(await toolNames(upstream)).toEqual([]);
  });

  it('offers only what the filter lets through', async () => {
    const filter = { allow: new Set(['work', 'die']), deny: new Set(['die']) };
    await using upstream = await readyUpstream(specOf(raw(), filter));
    expect(await toolNames(upstream)).toEqual(['work']);
    expect(await reasonFrom(Promise.resolve().then(() => callTool(upstream, 'die')))).toBe('TOOL_NOT_FOUND');
  });

  it.each(['grandchild', 'stubborn'])('leaves nothing running of a server with a %s', async (mode) => {
    const upstream = await readyUpstream(specOf(raw(mode)));
    await until(() => upstream.stderr().includes('grandchild '));
    const pid = Number(/grandchild (\d+)/.exec(upstream.stderr())?.[1]);
    expect(isAlive(pid)).toBe(true);
    await upstream.stop();
    await until(() => !isAlive(pid));
    expect(upstream.status().state).toBe(UpstreamState.STOPPED);
  });

  it('can be stopped while it starts, and any number of times', async () => {
    const upstream = startUpstream(specOf(raw('silent-probe')));
    await Promise.all([upstream.stop(), upstream.stop()]);
    expect(await reasonFrom(callTool(upstream, 'work'))).toBe('UPSTREAM_DOWN');
  });

  it('watches: the set, synced, and the set again without a tool when it is stopped', async () => {
    const upstream = await readyUpstream(specOf(raw()));
    const abort = new AbortController();
    const seen: unknown[] = [];
    for await (const { event } of upstream.service.watchTools({} as never, context(abort.signal))) {
      seen.push(event?.case === 'toolSet' ? event.value.tools?.length : event?.case);
      if (seen.length === 2) void upstream.stop();
      if (seen.at(-1) === 0) abort.abort();
    }
    expect([seen[0], seen[1], seen.at(-1)]).toEqual([10, 'synced', 0]);
  });
});
