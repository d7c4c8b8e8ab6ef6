import { describe, expect, it } from 'vitest';
import { isSecretName, REDACTED, Redactor } from '../../src/base/redact.ts';

describe('a redactor', () => {
  it.each([
    ['Authorization: Bearer abcdefghijkl', `Authorization: ${REDACTED}`],
    ['key -----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- end', `key ${REDACTED} end`],
    ['ghp_abcdefghijklmnopqrst and AKIAABCDEFGHIJKLMNOP', `${REDACTED} and ${REDACTED}`],
    ['eyJhbGciOiJ9.eyJzdWIiOiIx.c2ln', REDACTED],
    ['--password hunter22 --user me', `--password ${REDACTED} --user me`],
    ['DB_PASSWORD=hunter22;x', `DB_PASSWORD=${REDACTED};x`],
    ['postgres://me:hunter22@db/x', `postgres://me:${REDACTED}@db/x`],
    ['towline-token-abcdefghijklmnopqrst', REDACTED],
  ])('takes what looks like a secret out of "%s"', (text, clean) => {
    expect(new Redactor().text(text)).toBe(clean);
  });

  it.each(['the token was revoked', 'max_tokens 4096', 'a secretary', 'https://example.org:80/@x', 'sk-short'])(
    'leaves "%s" alone',
    (text) => {
      expect(new Redactor().text(text)).toBe(text);
    },
  );

  it('takes members out by their names, at any depth, and leaves the rest', () => {
    const value = { user: 'me', apiKey: 'x', deep: [{ client_secret: 1, Password: null, tokens: 3 }], private_key: {} };
    expect(new Redactor().json(value)).toEqual({
      user: 'me',
      apiKey: REDACTED,
      deep: [{ client_secret: REDACTED, Password: REDACTED, tokens: 3 }],
      private_key: REDACTED,
    });
    expect(['accessToken', 'x-api-key', 'Cookie', 'sessionToken'].filter((name) => !isSecretName(name))).toEqual([]);
    expect(['tokenizer', 'monkey', 'keyboard', 'passenger', 'authors'].filter(isSecretName)).toEqual([]);
  });

  it('knows values as long as somebody needs them, in every spelling', () => {
    const redactor = new Redactor();
    const [one, other] = [redactor.add('a "b"/c$'), redactor.add('a "b"/c$')];
    expect(redactor.known('x a "b"/c$ y')).toBe(`x ${REDACTED} y`);
    expect(redactor.known(JSON.stringify({ v: 'a "b"/c$' }))).toBe(`{"v":"${REDACTED}"}`);
    expect(redactor.known(`?v=${encodeURIComponent('a "b"/c$')}`)).toBe(`?v=${REDACTED}`);
    one();
    one();
    expect(redactor.known('a "b"/c$')).toBe(REDACTED);
    other();
    expect(redactor.known('a "b"/c$')).toBe('a "b"/c$');
  });

  it('takes no longer for texts that are made to hold it up', () => {
    const redactor = new Redactor();
    const started = performance.now();
    for (const text of [
      '-----BEGIN PRIVATE KEY-----'.repeat(2_000),
      `a://${'b'.repeat(60_000)}`,
      'password'.repeat(8_000),
    ])
      redactor.text(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
