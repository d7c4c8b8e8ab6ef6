import { describe, expect, it } from 'vitest';
import { LocalError } from '../../../src/base/errors.ts';
import {
  isBatch,
  oneLine,
  parseMessage,
  writeError,
  writeNotification,
  writeRequest,
  writeResult,
} from '../../../src/gateway/mcp/wire.ts';

function refusal(text: string): LocalError {
  try {
    parseMessage(text);
  } catch (error) {
    if (error instanceof LocalError) return error;
  }
  throw new Error('not refused');
}

describe('parseMessage', () => {
  it('keeps the exact text of id and params of a request', () => {
    const params = '{"n": 12345678901234567890.10,"e":"\\u00e9"}';
    expect(parseMessage(`{"method":"tools/call","params":${params},"id":1e3,"jsonrpc":"2.0"}`)).toEqual({
      kind: 'request',
      id: '1e3',
      method: 'tools/call',
      params,
    });
  });

  it('tells a notification from a request by the absent id', () => {
    expect(parseMessage('{"jsonrpc":"2.0","method":"x"}')).toEqual({ kind: 'notification', method: 'x' });
  });

  it('keeps the exact text of a result', () => {
    const text = '{"jsonrpc":"2.0","id":"a\\u0062","result":{"x" : 1.0}}';
    expect(parseMessage(text)).toEqual({ kind: 'response', id: '"a\\u0062"', result: '{"x" : 1.0}' });
  });

  it('reads an error with its data, also without an id', () => {
    const error = { code: -32602, message: 'no', data: '[1.0]' };
    expect(parseMessage(writeError('7', error))).toEqual({ kind: 'error', id: '7', error });
    expect(parseMessage('{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}')).toMatchObject({ id: 'null' });
  });

  it.each([
    '{"id":1,"method":"x"}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}',
    '{"jsonrpc":"2.0","id":1,"method":5}',
    '{"jsonrpc":"2.0","id":1,"method":"x","params":5}',
    '{"jsonrpc":"2.0","id":1,"error":"x"}',
    '{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}',
  ])('refuses %s and still tells its id', (text) => {
    expect(refusal(text)).toMatchObject({ reason: 'RPC_INVALID', metadata: { id: '1' } });
  });

  it.each(['{"jsonrpc":"2.0","id":null,"method":"x"}', '{"jsonrpc":"2.0","id":{},"result":1}'])(
    'refuses the illegal id of %s',
    (text) => {
      expect(refusal(text)).toMatchObject({ reason: 'RPC_INVALID', metadata: {} });
    },
  );

  it('refuses what is not JSON, or is JSON that two readers could take differently', () => {
    expect(refusal('hello').reason).toBe('JSON_INVALID');
    expect(refusal('[{}]').reason).toBe('JSON_NOT_OBJECT');
    expect(refusal('{"jsonrpc":"2.0","method":"x","method":"y"}').reason).toBe('JSON_DUPLICATE_MEMBER');
  });
});

describe('the writers', () => {
  it('put exact texts into a message that parses back', () => {
    expect(parseMessage(writeRequest('"i"', 'm"', '{"a":1.0}'))).toEqual({
      kind: 'request',
      id: '"i"',
      method: 'm"',
      params: '{"a":1.0}',
    });
    expect(writeNotification('n')).toBe('{"jsonrpc":"2.0","method":"n"}');
    expect(writeResult('5', '{}')).toBe('{"jsonrpc":"2.0","id":5,"result":{}}');
  });

  it('make one line of a text without touching its strings', () => {
    expect(oneLine('{"a":\r\n"b\\n"}')).toBe('{"a":  "b\\n"}');
  });

  it('tell a batch', () => {
    expect([isBatch(' [1]'), isBatch('{}')]).toEqual([true, false]);
  });
});
