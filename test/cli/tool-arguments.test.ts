import { describe, expect, it } from 'vitest';
import { argumentsText } from '../../src/cli/tool-arguments.ts';
import { parseToolName } from '../../src/cli/tool-name.ts';

describe('the arguments of a tool', () => {
  it.each([
    [[], ''],
    [['{"a": 1,  "a": 2}'], '{"a": 1,  "a": 2}'],
    [['message=hello there'], '{"message":"hello there"}'],
    [['a=2', 'b=3.5', 'on=true', 'none=null'], '{"a":2,"b":3.5,"on":true,"none":null}'],
    [['list=[1,2]', 'deep={"x":"y"}'], '{"list":[1,2],"deep":{"x":"y"}}'],
    [['query=a=b&c=d'], '{"query":"a=b&c=d"}'],
    [['id=12345678901234567890', 'version=1.10'], '{"id":"12345678901234567890","version":"1.10"}'],
    [['quoted="5"', 'empty='], '{"quoted":"5","empty":""}'],
    [['n:=5'], '{"n":5}'],
    [['__proto__=x'], '{"__proto__":"x"}'],
  ])('%j become %s', (words, json) => {
    expect(argumentsText(words)).toBe(json);
  });

  it.each([
    [['hello'], 'neither key=value nor a JSON object'],
    [['=5'], 'neither key=value nor a JSON object'],
    [['a=1', 'a=2'], 'given twice'],
    [['{"a":1}', 'b=2'], 'a JSON object and further arguments'],
    [['n:=five'], 'is not JSON'],
  ])('%j are refused', (words, message) => {
    expect(() => argumentsText(words)).toThrow(message);
  });
});

describe('the name of a tool', () => {
  it.each([
    ['echo', ['', '', 'echo']],
    ['everything/echo', ['', 'everything', 'echo']],
    ['desk/everything/echo', ['desk', 'everything', 'echo']],
    ['desk//echo', ['desk', '', 'echo']],
    ['desk/repo/issues/list', ['desk', 'repo', 'issues/list']],
  ])('%s is read as %j', (text, [node, upstream, name]) => {
    expect(parseToolName(text)).toEqual({ node, upstream, name });
  });

  it.each(['', 'desk/', 'desk/files/'])('"%s" names no tool', (text) => {
    expect(() => parseToolName(text)).toThrow('names no tool');
  });
});
