import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createIdentity, loadIdentity, loadOrCreateIdentity } from '../../src/trust/identity.ts';
import { parseNodeId } from '../../src/trust/node-id.ts';
import { verify } from '../../src/trust/signature.ts';
import { scratchFolder } from '../store/scratch.ts';
import { failing } from './support.ts';

const keyFile = (home: string) => join(home, 'identity.key');

describe('making an identity', () => {
  it('writes a private key file, in a private home, and nothing else', async () => {
    const home = join(scratchFolder(), 'deep', 'home');
    const identity = await createIdentity(home);
    expect(readdirSync(home)).toEqual(['identity.key']);
    expect(statSync(keyFile(home)).mode & 0o777).toBe(0o600);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(parseNodeId(identity.text)).toEqual(identity.nodeId);
  });

  it('never overwrites one', async () => {
    const home = scratchFolder();
    await createIdentity(home);
    const before = readFileSync(keyFile(home), 'utf8');
    await expect(createIdentity(home)).rejects.toEqual(failing('IDENTITY_EXISTS', 'TOWLINE_HOME'));
    expect(readFileSync(keyFile(home), 'utf8')).toBe(before);
    expect(readdirSync(home)).toEqual(['identity.key']);
  });

  it('gives one identity to all who ask at once', async () => {
    const home = scratchFolder();
    const all = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateIdentity(home)));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect((await loadIdentity(home)).text).toBe(all[0]?.text);
  });

  it('says so when the home cannot be written', async () => {
    const file = join(scratchFolder(), 'file');
    writeFileSync(file, '');
    await expect(createIdentity(join(file, 'home'))).rejects.toEqual(failing('HOME_NOT_WRITABLE', 'TOWLINE_HOME'));
    await expect(loadOrCreateIdentity(file)).rejects.toThrow(file);
  });
});

describe('reading an identity', () => {
  it('gives the same node, whose signatures its id verifies', async () => {
    const home = scratchFolder();
    const made = await createIdentity(home);
    const read = await loadIdentity(home);
    expect(read.nodeId).toEqual(made.nodeId);
    const signature = read.sign('towline-link-v1', Uint8Array.of(1));
    expect(verify(made.nodeId, signature, 'towline-link-v1', Uint8Array.of(1))).toBe(true);
  });

  it('says how to make one where there is none', async () => {
    await expect(loadIdentity(scratchFolder())).rejects.toEqual(failing('IDENTITY_MISSING', 'towline init'));
  });

  it.each([0o644, 0o640, 0o604, 0o620])('refuses a key file of mode %o, and says how to mend it', async (mode) => {
    const home = scratchFolder();
    await createIdentity(home);
    chmodSync(keyFile(home), mode);
    const refusal = failing('KEY_FILE_TOO_OPEN', `chmod 600 '${keyFile(home)}'`);
    await expect(loadIdentity(home)).rejects.toEqual(refusal);
    await expect(loadOrCreateIdentity(home)).rejects.toEqual(refusal);
  });

  it('looks at the file that a link leads to', async () => {
    const [home, other] = [scratchFolder(), scratchFolder()];
    await createIdentity(other);
    chmodSync(keyFile(other), 0o644);
    symlinkSync(keyFile(other), keyFile(home));
    await expect(loadIdentity(home)).rejects.toEqual(failing('KEY_FILE_TOO_OPEN'));
  });

  it.each([
    ['empty', ''],
    ['something else', 'hello'],
    ['a seed that is cut off', `towline-seed-v1 ${'A'.repeat(42)}\n`],
    ['a seed that is too long', `towline-seed-v1 ${'A'.repeat(44)}\n`],
    ['no canonical base64url', `towline-seed-v1 ${'A'.repeat(42)}B\n`],
    ['of a later format', `towline-seed-v2 ${'A'.repeat(43)}\n`],
    ['two lines', `towline-seed-v1 ${'A'.repeat(43)}\ntowline-seed-v1 ${'A'.repeat(43)}\n`],
  ])('refuses a key file that is %s, and never shows what is in it', async (_, content) => {
    const home = scratchFolder();
    writeFileSync(keyFile(home), content, { mode: 0o600 });
    const error = await loadIdentity(home).catch((thrown: unknown) => thrown);
    expect(error).toEqual(failing('KEY_FILE_MALFORMED', 'backup'));
    expect(String(error)).not.toContain('AAAA');
    await expect(loadOrCreateIdentity(home)).rejects.toEqual(failing('KEY_FILE_MALFORMED'));
  });

  it('refuses a huge file and a folder', async () => {
    const home = scratchFolder();
    writeFileSync(keyFile(home), 'x'.repeat(100_000), { mode: 0o600 });
    await expect(loadIdentity(home)).rejects.toEqual(failing('FILE_UNREADABLE'));
    await expect(loadIdentity(keyFile(home))).rejects.toEqual(failing('FILE_UNREADABLE'));
  });
});

describe('the certificate of an identity', () => {
  it('shows its key, signs itself, and lasts for years', async () => {
    const home = scratchFolder();
    const { key, cert } = await (await createIdentity(home)).tls();
    const parsed = new X509Certificate(cert);
    expect(key).toContain('BEGIN PRIVATE KEY');
    expect(parsed.publicKey.asymmetricKeyType).toBe('ed25519');
    expect(parsed.verify(parsed.publicKey)).toBe(true);
    expect(parsed.validToDate.getTime()).toBeGreaterThan(Date.now() + 10 * 365 * 86_400_000);
    expect(statSync(join(home, 'identity.crt')).mode & 0o777).toBe(0o600);
  });

  it('is made once: for all who ask at once, and for the next start', async () => {
    const home = scratchFolder();
    const identity = await createIdentity(home);
    const [first, second] = await Promise.all([identity.tls(), identity.tls()]);
    expect(second).toBe(first);
    expect((await (await loadIdentity(home)).tls()).cert).toBe(first.cert);
  });

  it.each(['garbage', 'the certificate of another key'])('is made anew if the file holds %s', async (what) => {
    const home = scratchFolder();
    const identity = await createIdentity(home);
    const other = await (await createIdentity(scratchFolder())).tls();
    writeFileSync(join(home, 'identity.crt'), what === 'garbage' ? what : other.cert);
    const { cert } = await identity.tls();
    expect(cert).not.toBe(other.cert);
    expect(readFileSync(join(home, 'identity.crt'), 'utf8')).toBe(cert);
  });

  it('is made anew when it is near its end', async () => {
    const home = scratchFolder();
    const identity = await createIdentity(home);
    const { privateKeyOf } = await import('../../src/trust/signature.ts');
    const { selfSign } = await import('../../src/trust/self-sign.ts');
    const seed = Buffer.from(readFileSync(keyFile(home), 'utf8').trim().split(' ')[1] ?? '', 'base64url');
    const old = await selfSign(privateKeyOf(seed), new Date(0), new Date(Date.now() + 86_400_000));
    writeFileSync(join(home, 'identity.crt'), old);
    expect((await identity.tls()).cert).not.toBe(old);
  });

  it('can be asked for again after a failure', async () => {
    const home = scratchFolder();
    const identity = await createIdentity(home);
    const { mkdirSync, rmdirSync } = await import('node:fs');
    mkdirSync(join(home, 'identity.crt'));
    await expect(identity.tls()).rejects.toThrow();
    rmdirSync(join(home, 'identity.crt'));
    expect((await identity.tls()).cert).toContain('BEGIN CERTIFICATE');
    expect(existsSync(join(home, 'identity.crt'))).toBe(true);
  });
});
