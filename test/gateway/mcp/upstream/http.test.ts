// Servers and networks that misbehave, over Streamable HTTP.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { UpstreamState } from '../../../../gen/towline/v1/tool_pb.ts';
import { headerValue, paramHeaders } from '../../../../src/gateway/mcp/upstream/http-headers.ts';
import type { UpstreamSpec } from '../../../../src/gateway/mcp/upstream/spec.ts';
import { reasonOf } from '../../../../src/rpc/failure.ts';
import { serveHttp, serveLegacy, serveModern } from '../../../fixtures/mcp/http-servers.ts';
import {
  callTool,
  readyUpstream,
  resultOf,
  resultText,
  specOf,
  startUpstream,
  toolNames,
  until,
} from '../../../fixtures/mcp/upstreams.ts';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: { readonly name?: string };
}

function httpSpec(url: string, more: Partial<UpstreamSpec> = {}): UpstreamSpec {
  return specOf({ kind: 'http', url, headers: {} }, more);
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

const legacyHello = {
  protocolVersion: '2025-06-18',
  capabilities: { tools: {} },
  serverInfo: { name: 'raw', version: '1' },
};

/** A legacy server without sessions, whose answer to `tools/call` is `onCall`'s. */
function serveRaw(
  onCall: (call: Call, response: ServerResponse) => void,
  onGet?: (request: IncomingMessage, response: ServerResponse) => void,
) {
  return serveHttp(async (request, response) => {
    if (request.method === 'GET' && onGet) return onGet(request, response);
    if (request.method !== 'POST') return response.writeHead(405).end();
    const call = JSON.parse(await readText(request)) as Call;
    const { id, method } = call;
    if (id === undefined) return response.writeHead(202).end();
    if (method === 'initialize') return json(response, 200, { jsonrpc: '2.0', id, result: legacyHello });
    if (method === 'tools/list') return json(response, 200, { jsonrpc: '2.0', id, result: { tools: [] } });
    if (method === 'tools/call') return onCall(call, response);
    return json(response, 400, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'no session' } });
  });
}

async function reasonFrom(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(() => 'no failure', reasonOf);
}

describe('an upstream over HTTP', () => {
  it.each([
    ['modern', serveModern],
    ['legacy', serveLegacy],
  ])('that is %s works again after it was gone, without a restart of ours', async (_era, serve) => {
    const first = await serve();
    await using upstream = await readyUpstream(httpSpec(first.url));
    await first[Symbol.asyncDispose]();
    // Until the closing of the idle connections is seen, a call on one could not be told from one that ran.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await reasonFrom(callTool(upstream, 'echo'))).toBe('UPSTREAM_DOWN');
    await using again = await serve(first.port);
    await until(() => upstream.status().state === UpstreamState.READY);
    expect(await resultOf(upstream, 'echo')).toHaveProperty('content');
    expect(again.requests.length).toBeGreaterThan(0);
  });

  it('that is away for long loses its tools, and has them again', async () => {
    const first = await serveModern();
    await using upstream = await readyUpstream(httpSpec(first.url), { keepToolsMs: 100 });
    await first[Symbol.asyncDispose]();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await callTool(upstream, 'echo').catch(() => undefined);
    expect((await toolNames(upstream)).length).toBeGreaterThan(0);
    await until(() => upstream.status().toolCount === 0);
    await using _again = await serveModern(first.port);
    await until(() => upstream.status().toolCount > 0);
  });

  it('that wants credentials says so, and is not taken for a legacy one', async () => {
    await using http = await serveHttp((_request, response) => response.writeHead(401).end());
    await using upstream = startUpstream(httpSpec(http.url));
    await until(() => upstream.status().state === UpstreamState.FAILED);
    expect(upstream.status().error).toContain('it wants credentials (HTTP 401)');
  });

  it('that has no endpoint there says so', async () => {
    await using http = await serveHttp((_request, response) => response.writeHead(404).end('<html>'));
    await using upstream = startUpstream(httpSpec(http.url));
    await until(() => upstream.status().state === UpstreamState.FAILED);
    expect(upstream.status().error).toContain('HTTP 404');
  });

  it('that breaks off its answer leaves the outcome unknown', async () => {
    await using http = await serveRaw((_call, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).write('{"jsonrpc":');
      setTimeout(() => response.destroy(), 20);
    });
    await using upstream = await readyUpstream(httpSpec(http.url));
    expect(await reasonFrom(callTool(upstream, 'x'))).toBe('OUTCOME_UNKNOWN');
    expect(upstream.status().state).toBe(UpstreamState.READY);
  });

  it.each([
    [500, 'OUTCOME_UNKNOWN'],
    [503, 'UPSTREAM_DOWN'],
    [429, 'UPSTREAM_DOWN'],
  ])('that answers %i fails the call as %s', async (status, reason) => {
    await using http = await serveRaw((_call, response) => response.writeHead(status).end());
    await using upstream = await readyUpstream(httpSpec(http.url));
    expect(await reasonFrom(callTool(upstream, 'x'))).toBe(reason);
  });

  it('that answers with an HTTP error and a JSON-RPC error is quoted', async () => {
    await using http = await serveRaw(({ id }, response) =>
      json(response, 400, { jsonrpc: '2.0', id, error: { code: -32602, message: 'bad' } }),
    );
    await using upstream = await readyUpstream(httpSpec(http.url));
    await expect(callTool(upstream, 'x')).rejects.toThrow('bad');
  });

  it('that accepts a call without an answer fails it at once', async () => {
    await using http = await serveRaw((_call, response) => response.writeHead(202).end());
    await using upstream = await readyUpstream(httpSpec(http.url));
    expect(await reasonFrom(callTool(upstream, 'x'))).toBe('RESULT_NOT_JSON');
  });

  it.each(['application/json', 'text/event-stream'])(
    'that answers 65 MiB of %s is refused, and goes on',
    async (type) => {
      await using http = await serveRaw(({ id, params }, response) => {
        response.writeHead(200, { 'Content-Type': type });
        const start = type === 'application/json' ? '' : 'data: ';
        response.write(`${start}{"jsonrpc":"2.0","id":${id},"result":{"x":"`);
        if (params.name === 'big') for (let mib = 0; mib < 65; mib++) response.write('x'.repeat(1024 * 1024));
        response.end('"}}\n\n');
      });
      await using upstream = await readyUpstream(httpSpec(http.url));
      expect(await reasonFrom(callTool(upstream, 'big'))).toBe('RESULT_TOO_LARGE');
      expect(await resultText(upstream, 'small')).toBe('{"x":""}');
    },
  );

  it.each(['application/json', 'text/event-stream'])('carries 20 MiB of %s', async (type) => {
    await using http = await serveRaw(({ id }, response) => {
      const start = type === 'application/json' ? '' : 'data: ';
      response.writeHead(200, { 'Content-Type': type });
      response.end(`${start}{"jsonrpc":"2.0","id":${id},"result":{"x":"${'x'.repeat(20 * 1024 * 1024)}"}}\n\n`);
    });
    await using upstream = await readyUpstream(httpSpec(http.url));
    expect((await resultText(upstream, 'big')).length).toBe(20 * 1024 * 1024 + 8);
  });

  it('that ends a stream early and names where to go on is asked for the rest', async () => {
    let asked: number | undefined;
    await using http = await serveRaw(
      ({ id }, response) => {
        asked = id;
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end('retry: 10\nid: e1\ndata:\n\n');
      },
      (request, response) => {
        if (request.headers['last-event-id'] !== 'e1') return response.writeHead(405).end();
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        return response.end(`id: e2\ndata: {"jsonrpc":"2.0","id":${asked},"result":{"late":1}}\n\n`);
      },
    );
    await using upstream = await readyUpstream(httpSpec(http.url));
    expect(await resultOf(upstream, 'x')).toEqual({ late: 1 });
  });

  it('that never answers is given up after the allowed silence', async () => {
    await using http = await serveRaw(() => undefined);
    await using upstream = await readyUpstream(httpSpec(http.url, { timeoutMs: 100 }));
    expect(await reasonFrom(callTool(upstream, 'x'))).toBe('UPSTREAM_TIMEOUT');
  });

  it('sends headers with variables, and does not start without them', async () => {
    await using http = await serveModern();
    const headers = { Authorization: `Bearer $\{MCP_TEST_TOKEN}` };
    const spec = specOf({ kind: 'http', url: http.url, headers });
    await using upstream = await readyUpstream(spec, { env: { MCP_TEST_TOKEN: 'abc' } });
    expect(http.requests.every((request) => request.headers.authorization === 'Bearer abc')).toBe(true);
    await using without = startUpstream(spec, { env: {} });
    await until(() => without.status().state === UpstreamState.FAILED);
    expect(without.status().error).toContain('MCP_TEST_TOKEN');
    expect(upstream.status().state).toBe(UpstreamState.READY);
  });
});

describe('header values', () => {
  it.each([
    ['plain', 'plain'],
    ['', '=?base64??='],
    ['grün', '=?base64?Z3LDvG4=?='],
    [' padded', '=?base64?IHBhZGRlZA==?='],
    ['=?base64?x?=', '=?base64?PT9iYXNlNjQ/eD89?='],
  ])('%j is sent as %j', (text, value) => {
    expect(headerValue(text)).toBe(value);
  });

  it('mirror the arguments that a tool marks, by their exact kind', () => {
    const properties = {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      deep: { type: 'object', properties: { n: { type: 'integer', 'x-mcp-header': 'N' } } },
      absent: { type: 'boolean', 'x-mcp-header': 'Absent' },
    };
    const definition = JSON.stringify({ name: 't', inputSchema: { type: 'object', properties } });
    expect(paramHeaders(definition, '{"region":"eu","deep":{"n":5}}')).toEqual({
      'Mcp-Param-Region': 'eu',
      'Mcp-Param-N': '5',
    });
  });
});
