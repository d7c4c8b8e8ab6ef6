/** Makes an X.509 certificate. Imported only when one must be made: the library costs 39 ms and some memory. */
// @peculiar/x509 finds its parts through reflect-metadata, which must be there first.
import 'reflect-metadata';
import { createPublicKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { X509CertificateGenerator } from '@peculiar/x509';

const ED25519 = { name: 'Ed25519' };

/** A self-signed Ed25519 certificate of the key, as PEM. */
export async function selfSign(privateKey: KeyObject, notBefore: Date, notAfter: Date): Promise<string> {
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const cert = await X509CertificateGenerator.createSelfSigned(
    {
      // A serial number is a positive integer of at most 20 bytes (RFC 5280 §4.1.2.2).
      serialNumber: `01${randomBytes(15).toString('hex')}`,
      name: 'CN=towline',
      notBefore,
      notAfter,
      signingAlgorithm: ED25519,
      keys: {
        privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign']),
        publicKey: await webcrypto.subtle.importKey('spki', spki, ED25519, true, ['verify']),
      },
    },
    webcrypto,
  );
  return `${cert.toString('pem')}\n`;
}
