import { describe, expect, it } from 'vitest';
import { Collected } from '../../../src/cli/demo/collect.ts';
import { median, round } from '../../../src/cli/demo/figures.ts';
import { findPackages } from '../../../src/cli/demo/packages.ts';
import { clientSetups } from '../../../src/cli/demo/point-clients.ts';
import { shortTime, Transcript } from '../../../src/cli/demo/transcript.ts';
import { eventually, verify } from '../../../src/cli/demo/verify.ts';
import { createStyle } from '../../../src/cli/render/style.ts';

describe('the transcript', () => {
  it('numbers its steps, and says what was seen and how long it took', async () => {
    const lines: string[] = [];
    const transcript = new Transcript(createStyle(false), (line) => lines.push(line));
    await transcript.step('One', async (say) => say('seen'));
    await transcript.step('Two', async () => undefined);
    expect(lines.map((line) => line.replace(/\d+ ms/, 'N ms'))).toEqual([
      '\n 1  One',
      '      seen',
      '      ✓ N ms',
      '\n 2  Two',
      '      ✓ N ms',
    ]);
    expect(transcript.steps.map(({ title }) => title)).toEqual(['One', 'Two']);
  });

  it('marks the step that failed, and passes its error on', async () => {
    const lines: string[] = [];
    const transcript = new Transcript(createStyle(false), (line) => lines.push(line));
    const step = transcript.step('One', async () => verify(false, 'the sun'));
    await expect(step).rejects.toMatchObject({ reason: 'DEMO_FAILED', message: 'expected: the sun' });
    expect(lines.at(-1)).toBe('      ✗ this step failed');
    expect(transcript.steps).toEqual([]);
  });

  it.each([
    [12.4, '12 ms'],
    [1234, '1.2 s'],
    [90_000, '1m 30s'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(shortTime(ms)).toBe(text);
  });
});

describe('what the demo waits for', () => {
  it('is looked for until it is there', async () => {
    let looks = 0;
    expect(await eventually('three looks', async () => (++looks < 3 ? undefined : looks))).toBe(3);
  });

  it('fails by name when it does not come', async () => {
    await expect(eventually('the moon', async () => undefined, 60)).rejects.toThrow('the moon');
  });
});

describe('what a stream brings', () => {
  async function* letters(signal: AbortSignal): AsyncIterable<string> {
    yield 'a';
    yield 'b';
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  }

  it('is kept in its order until nobody wants it any more', async () => {
    const collected = new Collected(letters);
    expect((await collected.until('b', (letter) => letter === 'b')).item).toBe('b');
    await collected[Symbol.asyncDispose]();
    expect(collected.arrivals.map(({ item }) => item)).toEqual(['a', 'b']);
  });

  it('fails whoever waits when the stream fails', async () => {
    const collected = new Collected<string>(async function* () {
      yield 'a';
      throw new Error('the line is cut');
    });
    await expect(collected.until('b', (letter) => letter === 'b')).rejects.toThrow('the line is cut');
    await collected[Symbol.asyncDispose]();
  });
});

describe('the figures', () => {
  it('are medians and short numbers', () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([])).toBe(0);
    expect(round(1.23456)).toBe(1.23);
  });
});

describe('the packages of the demo', () => {
  it('are found in a checkout', () => {
    expect(Object.values(findPackages())).toEqual([
      expect.stringMatching(/server-everything\/dist\/index\.js$/),
      expect.stringMatching(/server-filesystem\/dist\/index\.js$/),
    ]);
  });
});

describe('the lines that point MCP clients at a node', () => {
  it('name the endpoint and the token in the form of each client', () => {
    const setups = clientSetups({ home: '/h', url: 'http://127.0.0.1:1234', token: 'T' });
    const lines = new Map(setups);
    expect(lines.get('Claude Code, stdio')).toBe("claude mcp add mesh -- towline --home '/h' mcp");
    expect(lines.get('Claude Code, HTTP')).toContain('--header "Authorization: Bearer T"');
    const url = 'http://127.0.0.1:1234/mcp';
    const server = { url, headers: { Authorization: 'Bearer T' } };
    expect(JSON.parse(lines.get('Cursor, ~/.cursor/mcp.json') ?? '')).toEqual({ mcpServers: { mesh: server } });
    expect(JSON.parse(lines.get('VS Code, .vscode/mcp.json') ?? '')).toEqual({
      servers: { mesh: { type: 'http', ...server } },
    });
    expect(lines.get('MCP Inspector')).toContain(`--cli ${url} --transport http`);
  });
});
