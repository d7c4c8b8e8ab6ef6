// Small things that the tests of trust share.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createIdentity, type Identity } from '../../src/trust/identity.ts';
import { rawPublicKey } from '../../src/trust/signature.ts';

/** A new identity, in memory alone: its home is gone already. */
export async function newIdentity(): Promise<Identity> {
  const home = await mkdtemp(join(tmpdir(), 'towline-test-'));
  try {
    const identity = await createIdentity(home);
    await identity.tls(); // kept in memory from now on
    return identity;
  } finally {
    await rm(home, { recursive: true });
  }
}

/** The id of a node that nobody is. */
export function newNodeId(): Uint8Array {
  return rawPublicKey(generateKeyPairSync('ed25519').publicKey);
}

/** Matches a `LocalError` with this reason, whose help holds this text. */
export function failing(reason: string, help = ''): unknown {
  return expect.objectContaining({ name: 'LocalError', reason, help: expect.stringContaining(help) });
}

/** A clock that the test turns. Starts in 2026. */
export class Clock {
  ms = Date.UTC(2026, 0, 1);
  readonly now = (): number => this.ms;
}

/** Microseconds of one call, in the best of several rounds: what else the machine does must not fail a test. */
export function bestMicroseconds(rounds: number, calls: number, call: (n: number) => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let n = 0; n < calls; n++) call(n);
    return ((performance.now() - start) * 1000) / calls;
  });
  return Math.min(...times);
}
