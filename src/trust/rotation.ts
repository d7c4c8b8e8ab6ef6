/** A node's word that another key is its own from now on, signed by both keys. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { type Rotation, RotationBodySchema, RotationSchema } from '../../gen/towline/v1/rotation_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import type { Identity } from './identity.ts';
import { PUBLIC_KEY_BYTES, verify } from './signature.ts';
import { isWeakKey } from './weak-key.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Long enough for a laptop that was away for a week. */
export const DEFAULT_GRACE_MS = 7 * DAY_MS;

/** As in the schema: a key that is accepted for longer was not given up. */
export const MAX_GRACE_MS = 30 * DAY_MS;

/** A chain of rotations is not longer; who missed more needs a new invite. */
export const MAX_ROTATIONS = 16;

/** What a rotation says. */
export interface Succession {
  readonly oldId: Uint8Array;
  readonly newId: Uint8Array;
  readonly createMs: number;
  /** Until when the old key counts, in milliseconds since 1970. */
  readonly graceEndMs: number;
}

type Signer = Pick<Identity, 'nodeId' | 'sign'>;

/** Makes a rotation. `nowMs` is milliseconds since 1970. */
export function createRotation(old: Signer, next: Signer, graceMs = DEFAULT_GRACE_MS, nowMs = Date.now()): Rotation {
  const body = toBinary(
    RotationBodySchema,
    create(RotationBodySchema, {
      oldId: old.nodeId,
      newId: next.nodeId,
      createTime: timestampFromMs(nowMs),
      graceEndTime: timestampFromMs(nowMs + Math.min(graceMs, MAX_GRACE_MS)),
    }),
  );
  return create(RotationSchema, {
    body,
    oldSignature: old.sign('towline-rotate-v1', body),
    newSignature: next.sign('towline-rotate-v1', body),
  });
}

/** What a rotation says, not yet believed. Throws `ROTATION_REFUSED` for what is none. */
export function readRotation({ body }: Rotation): Succession {
  const { oldId, newId, createTime, graceEndTime } = decode(body);
  if (!isKey(oldId) || !isKey(newId) || !createTime || !graceEndTime) throw rotationRefused('it is damaged');
  if (equalBytes(oldId, newId)) throw rotationRefused('both keys are the same');
  const createMs = timestampMs(createTime);
  return { oldId, newId, createMs, graceEndMs: Math.min(timestampMs(graceEndTime), createMs + MAX_GRACE_MS) };
}

/** Reads it and checks both signatures. Throws `ROTATION_REFUSED`. */
export function verifyRotation(rotation: Rotation): Succession {
  const said = readRotation(rotation);
  const { body, oldSignature, newSignature } = rotation;
  if (!verify(said.oldId, oldSignature, 'towline-rotate-v1', body))
    throw rotationRefused('the old key did not sign it');
  if (!verify(said.newId, newSignature, 'towline-rotate-v1', body))
    throw rotationRefused('the new key did not sign it');
  return said;
}

/** One reason for all: strangers ask, and learn nothing of the keyring. */
export function rotationRefused(why: string, cause?: unknown): LocalError {
  return new LocalError('ROTATION_REFUSED', `the new key is not believed: ${why}`, {
    help: 'join again with a new invite: towline invite',
    cause,
  });
}

function isKey(bytes: Uint8Array): boolean {
  return bytes.length === PUBLIC_KEY_BYTES && !isWeakKey(bytes);
}

function decode(body: Uint8Array) {
  try {
    return fromBinary(RotationBodySchema, body);
  } catch (error) {
    throw rotationRefused('it is damaged', error);
  }
}
