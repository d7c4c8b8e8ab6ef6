import { expect, it } from 'vitest';
import { parseSeconds, parseWholeSeconds } from '../../src/cli/duration.ts';
import { durationText } from '../../src/cli/render/time.ts';

it.each([
  ['30s', 30],
  ['90', 90],
  ['10m', 600],
  ['1.5h', 5400],
  ['7d', 604_800],
])('%s is %d seconds', (text, seconds) => {
  expect(parseSeconds(text)).toBe(seconds);
});

it.each(['', 'soon', '-5s', '5 weeks'])('"%s" is refused with the forms that are accepted', (text) => {
  expect(() => parseSeconds(text)).toThrow('is not a length of time');
});

it('a lifetime is a whole second at least', () => {
  expect(parseWholeSeconds('0.2s')).toBe(1);
});

it.each([
  [0, '0s'],
  [999, '1s'],
  [90_000, '1m 30s'],
  [86_400_000 * 3 + 3_600_000, '3d 1h'],
])('%d ms is shown as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
