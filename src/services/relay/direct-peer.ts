import type { HandlerContext } from '@connectrpc/connect';
import { principalKey } from '../../rpc/principal.ts';
import { notAllowed } from './problems.ts';

/** Somebody who may be an end of a relayed connection, or carry one. */
export interface DirectPeer {
  readonly alias: string;
  readonly nodeId: Uint8Array;
}

/**
 * The peer that calls, by a link of its own. Throws RELAY_NOT_ALLOWED at all others: tokens have no key to open a link
 * with, and a relay over a relay could go in circles.
 */
export function directPeer(context: HandlerContext): DirectPeer {
  const { kind, name, nodeId, isRelayed } = context.values.get(principalKey);
  if (kind !== 'peer' || !nodeId) {
    throw notAllowed('only nodes are relayed', 'call over a link, or with the client certificate of a trusted node');
  }
  if (isRelayed) throw notAllowed('a relayed link carries no other', 'relay through a node that is reached directly');
  return { alias: name, nodeId };
}
