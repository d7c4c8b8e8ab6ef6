// Real servers of the SDKs, over each transport and in each era, must look the same through an upstream.

import { ConnectError } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { ToolErrorSchema } from '../../../../gen/towline/v1/error_info_pb.ts';
import { UpstreamState } from '../../../../gen/towline/v1/tool_pb.ts';
import type { UpstreamSpec } from '../../../../src/gateway/mcp/upstream/spec.ts';
import { type HttpFixture, serveLegacy, serveModern, serveSdk1, serveSse } from '../../../fixtures/mcp/http-servers.ts';
import {
  callTool,
  readyUpstream,
  resultOf,
  specOf,
  stdioSpec,
  type TestUpstream,
  toolNames,
  until,
} from '../../../fixtures/mcp/upstreams.ts';

interface Running extends AsyncDisposable {
  readonly upstream: TestUpstream;
  readonly http?: HttpFixture;
}

async function overStdio(more: Partial<UpstreamSpec>, ...args: string[]): Promise<Running> {
  const upstream = await readyUpstream(specOf(stdioSpec('sdk2-stdio.ts', ...args), more));
  return { upstream, [Symbol.asyncDispose]: () => upstream.stop() };
}

async function overHttp(http: HttpFixture, more: Partial<UpstreamSpec> = {}): Promise<Running> {
  const upstream = await readyUpstream(specOf({ kind: 'http', url: http.url, headers: { 'X-Key': 'k' } }, more));
  const end = async () => {
    await upstream.stop();
    await http[Symbol.asyncDispose]();
  };
  return { upstream, http, [Symbol.asyncDispose]: end };
}

const ways: [string, string, () => Promise<Running>][] = [
  ['stdio, found to be modern', '2026-07-28', () => overStdio({})],
  ['stdio, found to be legacy', '2025-11-25', () => overStdio({}, 'legacy')],
  ['stdio, said to be legacy', '2025-11-25', () => overStdio({ protocol: 'legacy' })],
  ['HTTP, found to be modern', '2026-07-28', async () => overHttp(await serveModern())],
  ['HTTP, found to be legacy', '2025-11-25', async () => overHttp(await serveLegacy())],
  ['HTTP, said to be legacy', '2025-11-25', async () => overHttp(await serveLegacy(), { protocol: 'legacy' })],
];

describe.each(ways)('a server of the SDK v2 over %s', (_way, version, run) => {
  it('lists its tools with unknown members, and is called', async () => {
    await using running = await run();
    const { upstream } = running;
    expect(upstream.status().software).toBe(`sdk2 1 (MCP ${version})`);
    const page = await upstream.service.listTools({ node: '', pageSize: 1, pageToken: '' } as never, {} as never);
    expect(page.tools?.[0]?.definitionJson).toContain('"com.example/unknown":{"kept":true}');
    const result = await resultOf(upstream, 'echo', { args: { a: 1 }, request: { metaJson: '{"com.example/id":7}' } });
    expect(result).toMatchObject({ content: [{ text: '{"a":1}' }], seen: { meta: { 'com.example/id': 7 } } });
  });

  it('tells of progress in order', async () => {
    await using running = await run();
    const events = await callTool(running.upstream, 'steps', { request: { progress: true } });
    expect(events.map((event) => (event.case === 'progress' ? event.value.message : event.case))).toEqual([
      'step 1',
      'step 2',
      'step 3',
      'result',
    ]);
  });

  it('tells what is logged at the level that was asked for, and nothing unasked', async () => {
    await using running = await run();
    const asked = await callTool(running.upstream, 'talk', { request: { logLevel: 'info' } });
    expect(asked[0]).toMatchObject({ case: 'log', value: { level: 'warning', dataJson: '{"said":"hello"}' } });
    expect(asked.length).toBe(2);
    expect((await callTool(running.upstream, 'talk')).length).toBe(1);
  });

  it('passes a JSON-RPC error on exactly', async () => {
    await using running = await run();
    const error = await callTool(running.upstream, 'fail').catch((failed: unknown) => failed);
    expect(error).toBeInstanceOf(ConnectError);
    expect((error as ConnectError).findDetails(ToolErrorSchema)[0]).toMatchObject({
      code: -32055,
      message: 'it failed',
      dataJson: '{"why":"because"}',
    });
  });

  it('is told of a cancellation', async () => {
    await using running = await run();
    const abort = new AbortController();
    const call = callTool(running.upstream, 'wait', { signal: abort.signal });
    setTimeout(() => abort.abort(), 100);
    await expect(call).rejects.toThrow();
    const { http } = running;
    if (http) await until(() => http.aborted.length === 1);
  });

  it('offers a new tool as soon as it tells of it', async () => {
    await using running = await run();
    const before = (await toolNames(running.upstream)).length;
    // The streams that tell of changes are opened beside the first listing.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await callTool(running.upstream, 'grow');
    let after = before;
    await until(() => {
      void toolNames(running.upstream).then((names) => (after = names.length));
      return after === before + 1;
    });
  });
});

describe('a server of the SDK v1 over HTTP', () => {
  it('is found to be legacy, and called', async () => {
    await using running = await overHttp(await serveSdk1());
    expect(running.upstream.status().software).toBe('sdk1 1 (MCP 2025-11-25)');
    expect(await resultOf(running.upstream, 'echo', { args: { a: 1 } })).toMatchObject({ vendor: 1 });
  });
});

describe('a server of the SDK v1 over the old HTTP+SSE transport', () => {
  it('is called, and reached again when its stream broke', async () => {
    await using http = await serveSse();
    await using upstream = await readyUpstream(specOf({ kind: 'sse', url: http.url, headers: {} }));
    expect(await resultOf(upstream, 'echo', { args: { a: 1 } })).toMatchObject({ vendor: 1 });
    http.dropConnections();
    await until(() => upstream.status().restartCount === 1 && upstream.status().state === UpstreamState.READY);
    expect(await resultOf(upstream, 'echo')).toMatchObject({ vendor: 1 });
  });
});

describe('a legacy session over HTTP', () => {
  it.each([
    ['v1', serveSdk1],
    ['v2', serveLegacy],
  ])(
    'of the SDK %s is opened anew when the server has forgotten it, and the call is sent again',
    async (_sdk, serve) => {
      await using running = await overHttp(await serve());
      running.http?.forget();
      expect(await resultOf(running.upstream, 'echo', { args: { a: 5 } })).toHaveProperty('content');
      expect(running.upstream.status().restartCount).toBe(1);
    },
  );

  it('carries its id, the version and the configured headers, and is deleted on stop', async () => {
    await using running = await overHttp(await serveLegacy());
    await callTool(running.upstream, 'echo');
    await running.upstream.stop();
    const last = running.http?.requests.at(-1);
    expect(last?.method).toBe('DELETE');
    expect(last?.headers).toMatchObject({ 'mcp-protocol-version': '2025-11-25', 'x-key': 'k' });
    expect(last?.headers['mcp-session-id']).toBeTruthy();
  });
});

describe('a modern server over HTTP', () => {
  it('gets the headers of its era', async () => {
    await using running = await overHttp(await serveModern());
    await callTool(running.upstream, 'echo');
    expect(running.http?.requests.at(-1)?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    });
  });
});
