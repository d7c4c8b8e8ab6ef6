/** The first frame each way: who speaks, proved for this very connection. */
import { randomBytes } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CloseReason, type HelloBody, HelloBodySchema } from '../../gen/towline/v1/frame_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import type { Identity } from '../trust/identity.ts';
import { verify } from '../trust/signature.ts';
import { Breach, protocolBreach } from './breach.ts';
import { checkCredit } from './credit.ts';
import type { HelloFrame } from './frame/frame.ts';
import { checkHelloBody } from './hello-rules.ts';
import type { LinkLimits } from './limits.ts';

/** The versions of the protocol that this software speaks, oldest and newest. docs/WIRE.md describes them. */
export const MIN_VERSION = 1;
export const MAX_VERSION = 1;

const NONCE_BYTES = 16;

/** The signed byte that says who speaks: an echoed hello is worth nothing. */
export const Side = { DIALER: 1, ACCEPTOR: 2 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** Who signs the hello. */
export type HelloSigner = Pick<Identity, 'nodeId' | 'sign'>;

/** What a node says of itself in every hello. */
export interface OwnHello {
  /** 16 random bytes, fresh each time the node starts. */
  readonly instanceId: Uint8Array;
  /** "towline/0.1.0". */
  readonly software: string;
  readonly displayName?: string;
  readonly role?: string;
  readonly team?: string;
  /** Where this node can be dialed, "host:port" or "wss://…". */
  readonly addresses?: readonly string[];
  readonly features?: readonly string[];
}

/** What a hello is bound to. */
export interface HelloContext {
  /** Who speaks. */
  readonly side: Side;
  /** The carrier's 32 bytes. */
  readonly binding: Uint8Array;
}

/** Makes the hello of this side, for one connection. */
export function makeHello(signer: HelloSigner, own: OwnHello, context: HelloContext, limits: LinkLimits): HelloFrame {
  const body = toBinary(HelloBodySchema, bodyOf(signer.nodeId, own, limits));
  const signature = signer.sign('towline-link-v1', Uint8Array.of(context.side), context.binding, body);
  return { kind: 'hello', streamId: 0, body, signature };
}

function bodyOf(nodeId: Uint8Array, own: OwnHello, limits: LinkLimits): HelloBody {
  const { instanceId, software, displayName = '', role = '', team = '' } = own;
  return create(HelloBodySchema, {
    nodeId,
    minVersion: MIN_VERSION,
    maxVersion: MAX_VERSION,
    nonce: randomBytes(NONCE_BYTES),
    instanceId,
    initialCreditMessages: limits.creditMessages,
    initialCreditBytes: limits.creditBytes,
    features: [...(own.features ?? [])],
    software,
    displayName,
    role,
    team,
    addresses: [...(own.addresses ?? [])],
  });
}

/**
 * Reads and believes a hello, or throws a `Breach`: BAD_HELLO for a wrong key, binding or signature, VERSION_MISMATCH,
 * PROTOCOL_ERROR for what cannot be read. `context.side` is the side that spoke.
 */
export function verifyHello(frame: HelloFrame, context: HelloContext, peerNodeId: Uint8Array): HelloBody {
  const body = readBody(frame.body);
  checkHelloBody(body);
  checkCredit({ messages: body.initialCreditMessages, bytes: body.initialCreditBytes });
  if (!equalBytes(body.nodeId, peerNodeId)) throw badHello('the hello names another key than the carrier shows');
  const { side, binding } = context;
  if (!verify(peerNodeId, frame.signature, 'towline-link-v1', Uint8Array.of(side), binding, frame.body)) {
    throw badHello('the signature of the hello is wrong for this connection');
  }
  negotiate(body);
  return body;
}

/** The version that both sides speak: the lower of the newest. Throws a `Breach` if one side has left it behind. */
export function negotiate(peer: Pick<HelloBody, 'minVersion' | 'maxVersion'>): number {
  const version = Math.min(MAX_VERSION, peer.maxVersion);
  if (version >= MIN_VERSION && version >= peer.minVersion) return version;
  throw new Breach(
    CloseReason.VERSION_MISMATCH,
    `this node speaks versions ${MIN_VERSION} to ${MAX_VERSION}, the other ${peer.minVersion} to ${peer.maxVersion}`,
  );
}

function readBody(bytes: Uint8Array): HelloBody {
  try {
    return fromBinary(HelloBodySchema, bytes);
  } catch {
    throw protocolBreach('the body of the hello cannot be read');
  }
}

function badHello(message: string): Breach {
  return new Breach(CloseReason.BAD_HELLO, message);
}
