import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TlsConfigSchema } from '../../gen/towline/v1/config_pb.ts';
import { readTlsPair } from '../../src/node/tls-pair.ts';
import { ecdsaCertificate } from './listener/support.ts';

describe('the ordinary certificate', () => {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'towline-tls-'));
    const { cert, key } = await ecdsaCertificate();
    const other = await ecdsaCertificate();
    await writeFile(join(home, 'cert.pem'), cert);
    await writeFile(join(home, 'key.pem'), key);
    await writeFile(join(home, 'other.pem'), other.key);
  });
  afterAll(() => rm(home, { recursive: true }));
  const read = (cert: string, key: string) => readTlsPair(create(TlsConfigSchema, { cert, key }), home);

  it('is found in the home', async () => {
    expect((await read('cert.pem', join(home, 'key.pem'))).cert).toContain('BEGIN CERTIFICATE');
  });

  it('that is missing, or not the key’s, is refused with what to do', async () => {
    await expect(read('no.pem', 'key.pem')).rejects.toMatchObject({
      reason: 'TLS_INVALID',
      message: expect.stringMatching(/tls\.cert.*no\.pem/),
    });
    await expect(read('cert.pem', 'other.pem')).rejects.toMatchObject({
      reason: 'TLS_INVALID',
      help: expect.stringMatching(/towline\.yaml/),
    });
    await expect(read('key.pem', 'key.pem')).rejects.toMatchObject({ reason: 'TLS_INVALID' });
  });
});
