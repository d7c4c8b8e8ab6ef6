import 'reflect-metadata';
import { webcrypto, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { nodeIdOfCertificate } from '../../src/trust/certificate.ts';
import { newIdentity } from './support.ts';

describe('the node id of a certificate', () => {
  it('is its key', async () => {
    const identity = await newIdentity();
    const { cert } = await identity.tls();
    expect(nodeIdOfCertificate(new X509Certificate(cert))).toEqual(identity.nodeId);
  });

  it('is what both ends of a TLS 1.3 connection see of each other', async () => {
    const [here, there] = [await newIdentity(), await newIdentity()];
    const server = createServer({
      ...(await there.tls()),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.3',
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const { port } = server.address() as AddressInfo;
    const socket = connect({ ...(await here.tls()), host: '127.0.0.1', port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const [other] = await accepted;
    const seen = [socket, other].map((end) => {
      const cert = end.getPeerX509Certificate();
      return cert && nodeIdOfCertificate(cert);
    });
    expect(seen).toEqual([there.nodeId, here.nodeId]);
    socket.destroy();
    other.destroy();
    server.close();
  });

  it.each([
    { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: Uint8Array.of(1, 0, 1), modulusLength: 2048 },
  ])('is undefined for $name', async (algorithm) => {
    const { X509CertificateGenerator } = await import('@peculiar/x509');
    const keys = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
    const cert = await X509CertificateGenerator.createSelfSigned({ keys, signingAlgorithm: algorithm }, webcrypto);
    expect(nodeIdOfCertificate(new X509Certificate(cert.toString('pem')))).toBeUndefined();
  });
});
