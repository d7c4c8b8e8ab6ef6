// What is sealed for a node opens there, from its sender, as it was, and in no other way.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { agreementKeyOf, agreementSecretOf } from '../../src/trust/agreement.ts';
import { FormerKeys } from '../../src/trust/former-keys.ts';
import type { Identity } from '../../src/trust/identity.ts';
import { type Sealed, Sealer } from '../../src/trust/seal.ts';
import { Clock, failing, newIdentity } from './support.ts';

const words = new TextEncoder().encode('the words');
const bound = new TextEncoder().encode('bound');
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

let ann: Identity;
let bob: Identity;
let eve: Identity;

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'towline-seal-'));
  onTestFinished(() => rm(home, { recursive: true }));
  return home;
}

async function sealerOf(identity: Identity, former?: FormerKeys): Promise<Sealer> {
  return new Sealer(identity, former ?? (await FormerKeys.open(await newHome())));
}

beforeAll(async () => {
  [ann, bob, eve] = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);
});

describe('the keys of agreement', () => {
  // RFC 8032 §7.1, test 1; the X25519 keys by libsodium's crypto_sign_ed25519_*_to_curve25519.
  it('belong to those of signatures', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const nodeId = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex');
    expect(Buffer.from(agreementSecretOf(seed)).toString('hex')).toBe(
      '307c83864f2833cb427a2ef1c00a013cfdff2768d980c0a3a520f006904de94f',
    );
    expect(Buffer.from(agreementKeyOf(nodeId)).toString('hex')).toBe(
      'd85e07ec22b0ad881537c2f44d662d1a143cf830c57aca4305d85c7a90f6b62e',
    );
  });
});

describe('a seal', () => {
  const seal = async (): Promise<Sealed> => (await (await sealerOf(ann)).to(bob.nodeId)).seal(words, bound);

  it('opens at its receiver, and shows nothing of the words', async () => {
    const sealed = await seal();
    expect(Buffer.from(sealed.ciphertext).includes(Buffer.from(words))).toBe(false);
    expect(text(await (await sealerOf(bob)).open(sealed, ann.nodeId, bob.nodeId, bound))).toBe('the words');
  });

  it('of many words uses one context, and never a number twice', async () => {
    const context = await (await sealerOf(ann)).to(bob.nodeId);
    const sealed = [context.seal(words, bound), context.seal(words, bound)];
    expect(sealed.map(({ sequence }) => sequence)).toEqual([0n, 1n]);
    expect(sealed[0]?.encapsulated).toEqual(sealed[1]?.encapsulated);
    expect(Buffer.from(sealed[0]?.ciphertext ?? []).equals(sealed[1]?.ciphertext ?? new Uint8Array())).toBe(false);
  });

  it.each<[string, (sealed: Sealed) => Sealed, () => Uint8Array, string]>([
    ['a changed bit', (sealed) => ({ ...sealed, ciphertext: flipped(sealed.ciphertext) }), () => bound, 'SEAL_BROKEN'],
    ['another number', (sealed) => ({ ...sealed, sequence: 7n }), () => bound, 'SEAL_BROKEN'],
    ['another context', (sealed) => ({ ...sealed, encapsulated: bob.nodeId }), () => bound, 'SEAL_BROKEN'],
    ['no context', (sealed) => ({ ...sealed, encapsulated: new Uint8Array(0) }), () => bound, 'SEAL_BROKEN'],
    ['a context of zeros', (sealed) => ({ ...sealed, encapsulated: new Uint8Array(32) }), () => bound, 'SEAL_BROKEN'],
    ['no ciphertext', (sealed) => ({ ...sealed, ciphertext: new Uint8Array(3) }), () => bound, 'SEAL_BROKEN'],
    ['other things bound to it', (sealed) => sealed, () => words, 'SEAL_BROKEN'],
    ['an unknown scheme', (sealed) => ({ ...sealed, scheme: 'rot13' }), () => bound, 'SEAL_SCHEME_UNKNOWN'],
  ])('does not open with %s', async (_, change, what, reason) => {
    const opened = (await sealerOf(bob)).open(change(await seal()), ann.nodeId, bob.nodeId, what());
    await expect(opened).rejects.toEqual(failing(reason));
  });

  it('does not open as the words of another sender, nor at another receiver', async () => {
    const sealed = await seal();
    await expect((await sealerOf(bob)).open(sealed, eve.nodeId, bob.nodeId, bound)).rejects.toEqual(
      failing('SEAL_BROKEN'),
    );
    await expect((await sealerOf(eve)).open(sealed, ann.nodeId, eve.nodeId, bound)).rejects.toEqual(
      failing('SEAL_BROKEN'),
    );
    await expect((await sealerOf(eve)).open(sealed, ann.nodeId, bob.nodeId, bound)).rejects.toEqual(
      failing('SEAL_KEY_GONE'),
    );
  });

  it('for a key that was given up opens until its grace is over, and the key is gone then', async () => {
    const [home, clock] = [await newHome(), new Clock()];
    const former = await FormerKeys.open(home, clock.now);
    await former.keep({ nodeId: bob.nodeId, secret: bob.agreementSecret(), endMs: clock.ms + 1_000 });
    const path = join(home, 'former.keys');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const sealed = await seal();
    const next = await sealerOf(eve, await FormerKeys.open(home, clock.now));
    expect(text(await next.open(sealed, ann.nodeId, bob.nodeId, bound))).toBe('the words');
    clock.ms += 1_000;
    const late = await sealerOf(eve, await FormerKeys.open(home, clock.now));
    await expect(late.open(sealed, ann.nodeId, bob.nodeId, bound)).rejects.toEqual(failing('SEAL_KEY_GONE'));
    expect(await readFile(path, 'utf8')).toBe('');
  });
});

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[0] = (copy[0] ?? 0) ^ 1;
  return copy;
}
