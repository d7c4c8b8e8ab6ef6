/** Two nodes that run with one key: seen here by their links, and told to both. */
import { randomBytes } from 'node:crypto';
import { CloseReason } from '../../gen/towline/v1/frame_pb.ts';
import { InstanceService, type ProveResponse } from '../../gen/towline/v1/instance_service_pb.ts';
import { equalBytes } from '../base/bytes.ts';
import { LocalError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Link } from '../link/link.ts';
import { createClient } from '../rpc/client.ts';
import { createLinkTransport } from '../rpc/link-transport.ts';

/** What does not answer in this time has ended, and its link does not know yet. */
const answerMs = 5_000;
const TIME_BYTES = 6;
const RANDOM_BYTES = 10;

/** Fresh each time a node starts, and greater than before: a peer tells by it who came back, and who is the younger. */
export function newInstanceId(nowMs = Date.now()): Uint8Array {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeUIntBE(nowMs, 0, TIME_BYTES);
  return new Uint8Array(Buffer.concat([time, randomBytes(RANDOM_BYTES)]));
}

/**
 * A link came in the place of another one to the same key. If both ends run, each is told of the other. Resolves to whether
 * the link of before is to stay, because the other was the younger's, and is closed.
 */
export async function checkClone(before: Link, link: Link, alias: string, log: Log): Promise<boolean> {
  const [former, latter] = [before.hello.instanceId, link.hello.instanceId];
  if (!before.isUsable || equalBytes(former, latter)) return false;
  const [one, two] = [before, link].map((each) => createClient(InstanceService, createLinkTransport(each)));
  if (!one || !two) return false;
  const options = { timeoutMs: answerMs };
  try {
    // A node that has started anew does not answer on the link of its former life.
    const { nonce: ofOne } = await one.challenge({}, options);
    const { nonce: ofTwo } = await two.challenge({}, options);
    const byOne = proofOf(await one.prove({ nonce: ofTwo }, options));
    const byTwo = proofOf(await two.prove({ nonce: ofOne }, options));
    log.error('two nodes run with one key: both are told, and the younger ends', { peer: alias });
    const tell = [one.report(byTwo, options), two.report(byOne, options)];
    await Promise.all(tell.map((told) => told.catch(() => undefined))); // the younger may end before it answers
    if (Buffer.compare(former, latter) > 0) return false;
    link.close(CloseReason.REQUESTED, 'another node runs with this key, and is older');
    await link.closed;
    return true;
  } catch (error) {
    log.debug('only one node runs with the key', { peer: alias, error: messageOf(error) });
    return false;
  }
}

function proofOf({ instanceId, signature }: ProveResponse) {
  return { instanceId, signature };
}

/** Why the younger ends. */
export function homeCloned(seenBy: string): LocalError {
  return new LocalError(
    'HOME_CLONED',
    `another node runs with the key of this one, and is older; ${seenBy} has links to both`,
    {
      help: 'run one of the two homes only; another machine gets a key of its own: towline init. If nobody copied the home, its key is stolen: towline id rotate',
      metadata: { peer: seenBy },
    },
  );
}
