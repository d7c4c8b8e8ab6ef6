import { expect, it } from 'vitest';
import { renderLogLine } from '../../../src/cli/render/log-line.ts';
import { createStyle } from '../../../src/cli/render/style.ts';

const none = createStyle(false);

it('a record is shown with its level, message and fields', () => {
  const line = '{"time":"2026-11-21T05:00:00.000Z","level":"warn","message":"a peer is gone","alias":"desk","count":2}';
  expect(renderLogLine(none, line)).toMatch(/ {2}warn {3}a peer is gone {2}alias=desk {2}count=2$/);
});

it.each(['{"time":"2026-', 'plain text', ''])('%j, which is no record, is shown as it is', (line) => {
  expect(renderLogLine(none, line)).toBe(line);
});

it('a record cannot steer the terminal', () => {
  const line = JSON.stringify({ time: 'x', level: 'info', message: 'a\u001b[2Jb', alias: 'c\nd' });
  expect(renderLogLine(none, line)).toBe('x  info   ab  alias=c d');
});
