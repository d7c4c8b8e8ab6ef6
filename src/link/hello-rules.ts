/** The rules of `HelloBody` in frame.proto, by hand; a test compares the two. */
import type { HelloBody } from '../../gen/towline/v1/frame_pb.ts';
import { protocolBreach } from './breach.ts';
import { isAtMost } from './frame/rules.ts';

const NODE_ID_BYTES = 32;
const RANDOM_BYTES = 16;
const MAX_FEATURES = 64;
const MAX_FEATURE_CHARS = 64;
const MAX_SHOWN_CHARS = 128;
const MAX_ROLE_CHARS = 64;
const MAX_ADDRESSES = 16;
const MAX_ADDRESS_CHARS = 256;

/** Throws a `Breach`. */
export function checkHelloBody(body: HelloBody): void {
  check(body.nodeId.length === NODE_ID_BYTES, 'node_id');
  check(body.minVersion >= 1 && body.maxVersion >= 1, 'version');
  check(body.nonce.length === RANDOM_BYTES, 'nonce');
  check(body.instanceId.length === RANDOM_BYTES, 'instance_id');
  check(body.initialCreditMessages >= 1 && body.initialCreditBytes >= 1, 'initial_credit');
  check(isListOf(body.features, MAX_FEATURES, MAX_FEATURE_CHARS), 'features');
  check(isAtMost(body.software, MAX_SHOWN_CHARS), 'software');
  check(isAtMost(body.displayName, MAX_SHOWN_CHARS), 'display_name');
  check(isAtMost(body.role, MAX_ROLE_CHARS), 'role');
  check(isAtMost(body.team, MAX_SHOWN_CHARS), 'team');
  check(isListOf(body.addresses, MAX_ADDRESSES, MAX_ADDRESS_CHARS), 'addresses');
}

function isListOf(texts: readonly string[], maxItems: number, maxChars: number): boolean {
  return texts.length <= maxItems && texts.every((text) => text !== '' && isAtMost(text, maxChars));
}

function check(holds: boolean, field: string): void {
  if (!holds) throw protocolBreach(`the hello breaks the rule of its field "${field}"`);
}
