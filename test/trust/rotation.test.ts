import { create, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Rotation, RotationBodySchema } from '../../gen/towline/v1/rotation_pb.ts';
import { openMemoryStore } from '../../src/store/memory/store.ts';
import { createRotation, MAX_GRACE_MS, verifyRotation } from '../../src/trust/rotation.ts';
import { Rotations } from '../../src/trust/rotations.ts';
import { Clock, failing, newIdentity } from './support.ts';

const [old, next, thief] = await Promise.all([newIdentity(), newIdentity(), newIdentity()]);
const refused = failing('ROTATION_REFUSED', 'towline invite');

describe('a rotation', () => {
  it('leads from one key to another, with a grace', () => {
    const said = verifyRotation(createRotation(old, next, 5_000, 1_000_000));
    expect(said).toEqual({ oldId: old.nodeId, newId: next.nodeId, createMs: 1_000_000, graceEndMs: 1_005_000 });
  });

  it('has a grace of 30 days at most, whatever it says', () => {
    const said = verifyRotation(createRotation(old, next, 400 * MAX_GRACE_MS, 0));
    expect(said.graceEndMs).toBe(MAX_GRACE_MS);
    const body = toBinary(
      RotationBodySchema,
      create(RotationBodySchema, {
        oldId: old.nodeId,
        newId: next.nodeId,
        createTime: timestampFromMs(0),
        graceEndTime: timestampFromMs(400 * MAX_GRACE_MS),
      }),
    );
    const signed = {
      ...createRotation(old, next),
      body,
      oldSignature: old.sign('towline-rotate-v1', body),
      newSignature: next.sign('towline-rotate-v1', body),
    };
    expect(verifyRotation(signed).graceEndMs).toBe(MAX_GRACE_MS);
  });

  it('must be signed by both keys, for this purpose', () => {
    const good = createRotation(old, next);
    const { body } = good;
    const bad: Partial<Rotation>[] = [
      { oldSignature: thief.sign('towline-rotate-v1', body) },
      { newSignature: thief.sign('towline-rotate-v1', body) },
      { oldSignature: old.sign('towline-token-v1', body) },
      { oldSignature: good.newSignature, newSignature: good.oldSignature },
      { oldSignature: new Uint8Array() },
    ];
    for (const change of bad) expect(() => verifyRotation({ ...good, ...change })).toThrow(refused);
    expect(() => verifyRotation(createRotation(old, old))).toThrow(refused);
  });

  it('is refused when any byte of it was changed', () => {
    const good = createRotation(old, next);
    const property = fc.property(fc.nat(good.body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const body = good.body.slice();
      body[at] = (body[at] ?? 0) ^ flip;
      expect(() => verifyRotation({ ...good, body })).toThrow(refused);
    });
    fc.assert(property, { numRuns: 200 });
  });
});

describe('the register of rotations', () => {
  const setUp = async () => {
    const clock = new Clock();
    const table = openMemoryStore().table('rotations');
    return { clock, open: () => Rotations.open(table, clock.now) };
  };

  it('knows the successor of a peer until the grace is over, also after a restart', async () => {
    const { clock, open } = await setUp();
    const first = await open();
    await first.follow(verifyRotation(createRotation(old, next, 60_000, clock.ms)));
    for (const register of [first, await open()]) {
      expect(register.successorInGrace(old.nodeId)).toEqual(next.nodeId);
      expect(register.predecessorInGrace(next.nodeId)).toEqual(old.nodeId);
      expect(register.successorInGrace(next.nodeId)).toBeUndefined();
    }
    clock.ms += 60_000;
    expect(first.successorInGrace(old.nodeId)).toBeUndefined();
    expect(first.predecessorInGrace(next.nodeId)).toBeUndefined();
  });

  it('refuses a second successor of the same key, for ever', async () => {
    const { clock, open } = await setUp();
    const register = await open();
    await register.follow(verifyRotation(createRotation(old, next, 1_000, clock.ms)));
    clock.ms += 10 * MAX_GRACE_MS;
    const stolen = verifyRotation(createRotation(old, thief, 1_000, clock.ms));
    expect(register.contradicts(stolen)).toBe(true);
    await expect(register.follow(stolen)).rejects.toEqual(refused);
    await register.follow(verifyRotation(createRotation(old, next, 1_000, clock.ms)));
  });

  it("gives the chain of this node's own keys, and none of others", async () => {
    const { clock, open } = await setUp();
    const register = await open();
    await register.keepOwn(createRotation(old, next, 0, clock.ms));
    await register.keepOwn(createRotation(next, thief, 0, clock.ms));
    const last = thief.nodeId;
    expect(register.ownBefore(last)).toEqual([next.nodeId, old.nodeId]);
    expect(register.ownFrom(old.nodeId, last).map((rotation) => verifyRotation(rotation).newId)).toEqual([
      next.nodeId,
      last,
    ]);
    expect(register.ownFrom(last, last)).toEqual([]);
    // A rotation that was written down but never came into force leads nowhere.
    expect(register.ownFrom(old.nodeId, old.nodeId)).toEqual([]);
    expect(register.ownBefore(old.nodeId)).toEqual([]);
    expect(timestampMs(timestampFromMs(clock.ms))).toBe(clock.ms);
  });
});
