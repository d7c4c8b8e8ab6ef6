// The page of trust names a test for each threat. They must be there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs', 'TRUST.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|') && line.includes('`test/'))
  .map((line) => {
    const [, file = '', title = ''] = /`(test\/[^`]+)` "([^"]+)"/.exec(line) ?? [];
    return { line, file, title };
  });

describe('the page of trust', () => {
  it('has a row for each attacker', () => {
    for (const who of [
      'network attacker',
      'stranger',
      'malicious peer',
      'malicious hub',
      'malicious upstream',
      'malicious MCP client',
      'thief of a token',
      'cloned home',
      'prompt-injected agent',
    ]) {
      expect(
        rows.some(({ line }) => line.startsWith(`| ${who} |`)),
        who,
      ).toBe(true);
    }
  });

  it.each(rows)('names a test that is there: $title', ({ file, title }) => {
    expect(existsSync(join(root, file)), file).toBe(true);
    // In a table of cases a title stands with other quotes, or in parts.
    const text = readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'");
    expect(text).toContain(title);
  });
});
