// Small things that the tests of trust share.
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import { createIdentity, type Identity } from '../../src/trust/identity.ts';
import { rawPublicKey } from '../../src/trust/signature.ts';
import { scratchFolder } from '../store/scratch.ts';

/** A new identity in a home of its own. */
export function newIdentity(): Promise<Identity> {
  return createIdentity(scratchFolder());
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
