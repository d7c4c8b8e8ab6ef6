import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Code } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { failure } from '../../../src/rpc/failure.ts';
import { stranger } from '../../../src/rpc/principal.ts';
import { ServiceRegistry } from '../../../src/rpc/registry.ts';
import { OtherService, ProbeService } from '../../fixtures/probe.ts';
import { type Door, openDoor, probeRegistry } from './doors.ts';

const echo = 'towline.test.ProbeService/Echo';
const call = (method: string, params: unknown, id: unknown = 1) =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params });

let door: Door;
beforeAll(async () => {
  door = await openDoor(probeRegistry());
});
afterAll(() => door[Symbol.asyncDispose]());

/** The error of an answer. */
async function errorOf(body: string | Uint8Array, headers?: Record<string, string>) {
  const { error } = (await door.post(body, headers)).json() as {
    error: { code: number; message: string; data: { reason: string; code: string; metadata: Record<string, string> } };
  };
  return error;
}

describe('a request by HTTP', () => {
  it.each([echo, 'ProbeService.Echo'])('is answered for %s', async (method) => {
    const { status, headers, text } = await door.post(call(method, { text: 'hi' }));
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(text).toBe('{"jsonrpc":"2.0","id":1,"result":{"text":"hi"}}');
  });

  it.each(['1', '-0', '1.50', '1e3', '123456789012345678901234567890', '"a\\u00e9\\/"', '""', 'null', '0.1'])(
    'gets its id %s back as it wrote it',
    async (id) => {
      const { text } = await door.post(`{"jsonrpc":"2.0","id":${id},"method":"${echo}"}`);
      expect(text).toBe(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
    },
  );

  it.each(['true', '[1]', '{"a":1}', `"${'x'.repeat(2_000)}"`])('with the id %s is none', async (id) => {
    const answer = (await door.post(`{"jsonrpc":"2.0","id":${id},"method":"${echo}"}`)).json();
    expect(answer).toMatchObject({ id: null, error: { code: -32600 } });
  });

  it('without an id gets no answer, and is done when that is said', async () => {
    const rule = vi.fn(() => ({}));
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { rule }));
    const { status, text } = await own.post('{"jsonrpc":"2.0","method":"ProbeService.Rule"}');
    expect([status, text]).toEqual([204, '']);
    expect(rule).toHaveBeenCalledOnce();
  });

  it('may come in an application/json-rpc body with a charset', async () => {
    const { status } = await door.post(call(echo, {}), { 'content-type': 'application/json-rpc; charset=utf-8' });
    expect(status).toBe(200);
  });

  it('waits no longer than it says, by a member or a header', async () => {
    const slow = async (_: unknown, { signal }: { signal: AbortSignal }) => {
      await sleep(60_000, undefined, { signal });
      return {};
    };
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo: slow }));
    const member = `{"jsonrpc":"2.0","id":1,"method":"${echo}","timeout_ms":50}`;
    expect((await own.post(member)).json()).toMatchObject({
      error: { code: -32004, data: { code: 'deadline_exceeded' } },
    });
    const byHeader = await own.post(call(echo, {}), { 'connect-timeout-ms': '50' });
    expect(byHeader.json()).toMatchObject({ error: { code: -32004 } });
  });

  it('hands the trace on that it belongs to', async () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const say = (_: unknown, { requestHeader }: { requestHeader: Headers }) => ({
      text: requestHeader.get('traceparent') ?? '',
    });
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo: say }));
    expect((await own.post(call(echo, {}), { traceparent: trace })).json()).toMatchObject({ result: { text: trace } });
    const member = `{"jsonrpc":"2.0","id":1,"method":"${echo}","traceparent":"${trace}"}`;
    expect((await own.post(member)).json()).toMatchObject({ result: { text: trace } });
  });

  it('ends when its client goes', async () => {
    const gone = Promise.withResolvers<void>();
    const wait = (_: unknown, { signal }: { signal: AbortSignal }) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          gone.resolve();
          reject(signal.reason);
        });
      });
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo: wait }));
    const body = call(echo, {});
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    socket.write(
      `POST /rpc HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await sleep(200);
    socket.destroy();
    await gone.promise;
  });
});

describe('a batch', () => {
  it('is answered together, without its notifications', async () => {
    const notification = `{"jsonrpc":"2.0","method":"${echo}"}`;
    const { text } = await door.post(`[${call(echo, {}, 1)},${notification},${call(echo, { text: 'b' }, 'x')}]`);
    expect(text).toBe('[{"jsonrpc":"2.0","id":1,"result":{}},{"jsonrpc":"2.0","id":"x","result":{"text":"b"}}]');
  });

  it('answers every request that has the same id', async () => {
    const answers = (await door.post(`[${call(echo, {}, 1)},${call(echo, {}, 1)}]`)).json();
    expect(answers).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 1, result: {} },
    ]);
  });

  it('inside a batch is no request', async () => {
    const answers = (await door.post(`[[${call(echo, {})}],${call(echo, {})}]`)).json();
    expect(answers).toMatchObject([
      { id: null, error: { code: -32600 } },
      { id: 1, result: {} },
    ]);
  });

  it('of 100,000 is refused with one answer, and runs nothing', async () => {
    const rule = vi.fn(() => ({}));
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { rule }));
    const one = '{"jsonrpc":"2.0","id":1,"method":"ProbeService.Rule"}';
    const answer = (await own.post(`[${Array(100_000).fill(one).join(',')}]`)).json();
    expect(answer).toMatchObject({ id: null, error: { code: -32600, data: { reason: 'BATCH_TOO_LARGE' } } });
    expect(rule).not.toHaveBeenCalled();
  });
});

describe('a stream by HTTP', () => {
  const watch = call('ProbeService.Watch', { count: 3 }, 's');

  it('is one array', async () => {
    const { text } = await door.post(watch);
    expect(text).toBe('{"jsonrpc":"2.0","id":"s","result":[{"count":1},{"count":2},{"count":3}]}');
  });

  it('comes line by line when that is asked for', async () => {
    const { headers, text } = await door.post(watch, { accept: 'application/x-ndjson' });
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(text.trimEnd().split('\n')).toEqual([
      '{"jsonrpc":"2.0","method":"rpc.stream","params":{"id":"s","value":{"count":1}}}',
      '{"jsonrpc":"2.0","method":"rpc.stream","params":{"id":"s","value":{"count":2}}}',
      '{"jsonrpc":"2.0","method":"rpc.stream","params":{"id":"s","value":{"count":3}}}',
      '{"jsonrpc":"2.0","method":"rpc.stream","params":{"id":"s","end":true}}',
    ]);
  });

  it('says at its end what went wrong', async () => {
    async function* watchAndFail() {
      yield { count: 1 };
      throw failure(Code.NotFound, 'GONE', 'it is gone');
    }
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { watch: watchAndFail }));
    expect((await own.post(watch)).json()).toMatchObject({ error: { code: -32005, message: 'it is gone' } });
    const lines = (await own.post(watch, { accept: 'application/x-ndjson' })).text.trimEnd().split('\n');
    expect(JSON.parse(lines[1] ?? '')).toMatchObject({ params: { id: 's', error: { code: -32005 } } });
  });

  it('that does not fit into one answer is refused', async () => {
    async function* endless() {
      const text = 'x'.repeat(1024 * 1024);
      for (;;) yield { text };
    }
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { watch: endless }));
    expect((await own.post(watch)).json()).toMatchObject({
      error: { code: -32008, data: { reason: 'STREAM_TOO_LONG' } },
    });
  });

  it('whose reader stops is not read ahead', async () => {
    let given = 0;
    const ended = Promise.withResolvers<void>();
    async function* endless() {
      try {
        for (;;) yield { text: 'x'.repeat(100_000 + (given++ % 2)) };
      } finally {
        ended.resolve();
      }
    }
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { watch: endless }));
    const head = `POST /rpc HTTP/1.1\r\nhost: x\r\naccept: application/x-ndjson\r\ncontent-type: application/json\r\n`;
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    socket.write(`${head}content-length: ${watch.length}\r\n\r\n${watch}`);
    await vi.waitFor(() => expect(given).toBeGreaterThan(3));
    let before = -1;
    while (before !== given) {
      before = given;
      await sleep(300);
    }
    expect(given).toBeLessThan(500); // what the kernel's buffers hold, of an endless stream
    socket.destroy();
    await ended.promise;
  });

  it.each(['ProbeService.Collect', 'ProbeService.Chat'])('of requests (%s) needs a WebSocket', async (method) => {
    expect(await errorOf(call(method, {}))).toMatchObject({ code: -32012, data: { reason: 'STREAM_NEEDS_WEBSOCKET' } });
  });

  it('asked for line by line with wrong parameters, or a unary method, is one line', async () => {
    const lines = { accept: 'application/x-ndjson' };
    const wrong = await door.post(call('ProbeService.Watch', { counts: 3 }), lines);
    expect(JSON.parse(wrong.text)).toMatchObject({ id: 1, error: { code: -32602 } });
    expect((await door.post(call(echo, {}), lines)).text).toBe('{"jsonrpc":"2.0","id":1,"result":{}}\n');
  });
});

describe('bad input', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it.each([
    ['a text that is cut off', '{"jsonrpc":"2.0","id":1,"meth', 'JSON_INVALID'],
    ['nothing', '', 'JSON_INVALID'],
    ['deep nesting', `{"jsonrpc":"2.0","id":1,"method":"x","params":${deep(100_000)}}`, 'JSON_TOO_DEEP'],
    ['a deep batch', deep(100_000), 'JSON_TOO_DEEP'],
    ['duplicate members', `{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1,"a":2}}`, 'JSON_DUPLICATE_MEMBER'],
    ['a duplicate id member', `{"jsonrpc":"2.0","id":1,"method":"x","id":2}`, 'JSON_DUPLICATE_MEMBER'],
    ['NaN', `{"jsonrpc":"2.0","id":1,"method":"${echo}","params":{"count":NaN}}`, 'JSON_INVALID'],
    [
      'half a surrogate pair',
      `{"jsonrpc":"2.0","id":1,"method":"${echo}","params":{"text":"\\ud800"}}`,
      'JSON_LONE_SURROGATE',
    ],
    ['two values', '{} {}', 'JSON_INVALID'],
  ])('%s is a parse error', async (_, body, reason) => {
    expect(await errorOf(body)).toMatchObject({ code: -32700, message: 'Parse error', data: { reason } });
  });

  it('that is no UTF-8 is a parse error', async () => {
    const body = Buffer.concat([
      Buffer.from('{"jsonrpc":"2.0","id":1,"method":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    expect((await door.post(body)).status).toBe(400);
    expect(await errorOf(body)).toMatchObject({ code: -32700 });
  });

  it.each([
    ['a string', '"text"'],
    ['a number', '42'],
    ['no version', `{"id":1,"method":"${echo}"}`],
    ['version 1.0', `{"jsonrpc":"1.0","id":1,"method":"${echo}"}`],
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":7}'],
    ['parameters that are a string', `{"jsonrpc":"2.0","id":1,"method":"${echo}","params":"x"}`],
    ['a wait of no length', `{"jsonrpc":"2.0","id":1,"method":"${echo}","timeout_ms":-1}`],
    ['a wait that is too long', `{"jsonrpc":"2.0","id":1,"method":"${echo}","timeout_ms":1e30}`],
    ['a wrong trace', `{"jsonrpc":"2.0","id":1,"method":"${echo}","traceparent":"x\\r\\ny: z"}`],
  ])('%s is no request', async (_, body) => {
    expect(await errorOf(body)).toMatchObject({ code: -32600, message: 'Invalid Request' });
  });

  it.each([
    '',
    ' ',
    'towline.test.ProbeService/echo',
    '/towline.test.ProbeService/Echo',
    'towline.test.ProbeService/Echo/',
    'towline.test.ProbeService.Echo',
    'towline.test.ProbeService/Echo\u0000',
    ' towline.test.ProbeService/Echo',
    '../towline.test.ProbeService/Echo',
    '__proto__',
    'constructor',
    'toString',
    'rpc.nothing',
    'OtherService.Echo',
    'x'.repeat(100_000),
  ])('method %j does not exist', async (method) => {
    expect(await errorOf(call(method, {}))).toMatchObject({ code: -32601, message: 'Method not found' });
  });

  it('in parameters names the field and the rule', async () => {
    const cases: [unknown, Record<string, string>][] = [
      [{ count: 100_001 }, { field: 'count', rule: 'uint32.lte' }],
      [{ count: 'many' }, { field: 'count', rule: 'json' }],
      [{ count: -1 }, { field: 'count', rule: 'json' }],
      [{ count: 1.5 }, { field: 'count', rule: 'json' }],
      [{ text: 7 }, { field: 'text', rule: 'json' }],
      [{ data: 'no base64!' }, { field: 'data', rule: 'json' }],
      [{ nothing: 1 }, { field: 'nothing', rule: 'json' }],
      [{ __proto: 1 }, { field: '__proto', rule: 'json' }],
      [['by position'], { field: '', rule: 'by_name' }],
    ];
    for (const [params, metadata] of cases) {
      const error = await errorOf(call(echo, params));
      expect(error, JSON.stringify(params)).toMatchObject({
        code: -32602,
        data: { code: 'invalid_argument', metadata },
      });
    }
  });

  it.each(['1e400', '12345678901234567890', '1e20', '4294967296'])('the number %s is no count', async (count) => {
    const body = `{"jsonrpc":"2.0","id":1,"method":"${echo}","params":{"count":${count}}}`;
    const { status, text } = await door.post(body);
    expect(status).toBe(200);
    expect(text).toMatch(/-32602|"result":\{\}/);
    if (count !== '-1e-400') expect(text).toContain('-32602');
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/json; charset=utf-16',
  ])('of the type %s is not read', async (type) => {
    const { status, json } = await door.post(call(echo, {}), { 'content-type': type });
    expect(status).toBe(415);
    expect(json()).toMatchObject({ id: null, error: { code: -32600 } });
  });

  it('with another verb is told how to ask', async () => {
    const response = await fetch(door.url);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a caller', () => {
  it('who shows something false is refused, whatever it asks', async () => {
    const identify = () => {
      throw failure(Code.Unauthenticated, 'TOKEN_REVOKED', 'the token was revoked');
    };
    await using own = await openDoor(probeRegistry(), { identify });
    const { status, headers, json } = await own.post(call(echo, {}));
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(json()).toMatchObject({ id: null, error: { code: -32016, data: { reason: 'TOKEN_REVOKED' } } });
  });

  it('whom nobody knows may ask what strangers may, in few bytes', async () => {
    await using own = await openDoor(probeRegistry(), { identify: () => stranger });
    expect((await own.post(call(echo, {}))).json()).toMatchObject({
      error: { code: -32016, data: { reason: 'UNAUTHENTICATED' } },
    });
    expect((await own.post(call(echo, { text: 'x'.repeat(70_000) }))).status).toBe(413);
  });

  it('may do what its kind may', async () => {
    await using own = await openDoor(probeRegistry(), {
      identify: () => ({ kind: 'agent', name: 'a', groups: new Set() }),
    });
    expect((await own.post(call('ProbeService.Rule', {}))).json()).toMatchObject({
      error: { code: -32007, data: { code: 'permission_denied', permanent: true } },
    });
  });

  it('finds services that were added later, and short names only while they mean one method', async () => {
    const registry = probeRegistry();
    await using own = await openDoor(registry);
    registry.add(OtherService, { echo: () => ({ text: 'late' }) });
    expect((await own.post(call('OtherService.Echo', {}))).json()).toMatchObject({ result: { text: 'late' } });
    registry.remove(OtherService);
    expect((await own.post(call('OtherService.Echo', {}))).json()).toMatchObject({ error: { code: -32601 } });
  });

  it('learns nothing of faults inside', async () => {
    const echo = () => {
      throw new Error('secret path');
    };
    await using own = await openDoor(new ServiceRegistry().add(ProbeService, { echo }));
    const { text } = await own.post(call('ProbeService.Echo', {}));
    expect(text).toContain('-32603');
    expect(text).not.toContain('secret');
  });
});
