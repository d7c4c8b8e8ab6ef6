import { describe, expect, it } from 'vitest';
import { diffLines } from '../../../src/cli/render/diff.ts';
import { jsonLines } from '../../../src/cli/render/json-lines.ts';

const text = (before: string, after: string) =>
  diffLines([...before], [...after])
    .map(({ mark, text: line }) => mark + line)
    .join('');

describe('a diff', () => {
  it.each([
    ['', '', ''],
    ['', 'ab', '+a+b'],
    ['ab', '', '-a-b'],
    ['abc', 'abc', ' a b c'],
    ['abc', 'axc', ' a-b+x c'],
    ['abcd', 'bd', '-a b-c d'],
    ['bd', 'abcde', '+a b+c d+e'],
    ['abc', 'xyz', '-a-b-c+x+y+z'],
  ])('of "%s" and "%s"', (before, after, expected) => expect(text(before, after)).toBe(expected));

  it('of too much shows what is new', () => {
    const many = Array.from({ length: 501 }, (_, n) => `${n}`);
    expect(new Set(diffLines(many, many).map(({ mark }) => mark))).toEqual(new Set(['+']));
  });
});

describe('JSON by lines', () => {
  it('keeps every token as it was written', () => {
    expect(jsonLines('{"a":1.0e5,"b":[],"c":{"d":["x",null]},"e":"\\u00e4 {,}"}')).toEqual([
      '{',
      '  "a": 1.0e5,',
      '  "b": [],',
      '  "c": {',
      '    "d": [',
      '      "x",',
      '      null',
      '    ]',
      '  },',
      '  "e": "\\u00e4 {,}"',
      '}',
    ]);
  });

  it('shows what strings of many lines say, apart from the members around them', () => {
    expect(jsonLines('{"a":"x\\n},\\n\\"b\\": 2","c":1}')).toEqual([
      '{',
      '  "a": "x\\n},\\n\\"b\\": 2",',
      '    | x',
      '    | },',
      '    | "b": 2',
      '  "c": 1',
      '}',
    ]);
  });

  it.each(['', '{"a":"cut', '}}]]', '{"a"', 'no json at all', '"', '[1,'])('takes "%s" as it comes', (cut) => {
    expect(jsonLines(cut).join('').replace(/[\s|]/g, '')).toBe(cut.replace(/\s/g, ''));
  });

  it('of 64 KiB is quick', () => {
    const start = performance.now();
    jsonLines(`{"a":"${'\\"'.repeat(32_000)}`);
    jsonLines(`[${'['.repeat(32_000)}`);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
