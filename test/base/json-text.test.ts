import { describe, expect, it } from 'vitest';
import { LocalError } from '../../src/base/errors.ts';
import { checkJson, jsonElements, jsonMembers, jsonObject, maxJsonDepth } from '../../src/base/json-text.ts';

function reasonFor(text: string): string {
  try {
    checkJson(text);
    return 'accepted';
  } catch (error) {
    return error instanceof LocalError ? error.reason : 'another error';
  }
}

describe('checkJson', () => {
  it.each(['{}', '[]', '-0.5e+10', '"a\\u00e9\\ud83d\\ude00😀"', ' {"a":[1,{"b":null}],"c":"x\\n"} ', '"\u007f"'])(
    'accepts %j',
    (text) => {
      expect(reasonFor(text)).toBe('accepted');
      expect(() => JSON.parse(text)).not.toThrow();
    },
  );

  it.each([
    '',
    '{',
    '01',
    '1.',
    '[1,]',
    '{"a":1,}',
    '"\n"',
    'nul',
    '"\\x"',
    '1 2',
    '[',
    '"abc',
    '{"a"}',
    '+1',
    '\ufeff1',
  ])('refuses %j, as JSON.parse does', (text) => {
    expect(reasonFor(text)).toBe('JSON_INVALID');
    expect(() => JSON.parse(text)).toThrow();
  });

  it('refuses a member that stands twice, however it is spelled', () => {
    expect(reasonFor('{"a":1,"a":2}')).toBe('JSON_DUPLICATE_MEMBER');
    expect(reasonFor('[{"a":1,"\\u0061":2}]')).toBe('JSON_DUPLICATE_MEMBER');
    expect(reasonFor('{"__proto__":1,"constructor":2}')).toBe('accepted');
  });

  it.each(['"\\ud800"', '"\\udc00"', '"\ud800"', '"\\ud800\\u0041"'])('refuses half a surrogate pair: %j', (text) => {
    expect(reasonFor(text)).toBe('JSON_LONE_SURROGATE');
  });

  it('refuses texts that are too deep for a recursive reader', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(reasonFor(nested(maxJsonDepth))).toBe('accepted');
    expect(reasonFor(nested(maxJsonDepth + 1))).toBe('JSON_TOO_DEEP');
    expect(reasonFor('['.repeat(1_000_000))).toBe('JSON_TOO_DEEP');
  });

  it('says where the text goes wrong', () => {
    expect(() => checkJson('{"a": tru}')).toThrow('at character 7');
  });
});

describe('slices', () => {
  it('keeps the exact text of members and elements', () => {
    const members = jsonMembers('{ "n": 12345678901234567890 , "\\u0078": [1e400, "\\u00e9"], "o": { "b" : 1 } }');
    expect([...members]).toEqual([
      ['n', '12345678901234567890'],
      ['x', '[1e400, "\\u00e9"]'],
      ['o', '{ "b" : 1 }'],
    ]);
    expect(jsonElements('[ 1.0 , {"a":-0} ]')).toEqual(['1.0', '{"a":-0}']);
    expect(jsonObject(members)).toBe('{"n":12345678901234567890,"x":[1e400, "\\u00e9"],"o":{ "b" : 1 }}');
  });

  it('refuses values of another kind', () => {
    expect(() => jsonMembers('[1]')).toThrow('not an object');
    expect(() => jsonElements('{}')).toThrow('not an array');
    expect(() => jsonMembers('[1')).toThrow('JSON');
  });
});
