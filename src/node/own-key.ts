import { equalBytes } from '../base/bytes.ts';
import { LocalError } from '../base/errors.ts';
import type { Identity } from '../trust/identity.ts';

/** A node is no peer of itself. Throws OWN_KEY. */
export function checkNotSelf(identity: Identity, nodeId: Uint8Array): void {
  if (!equalBytes(identity.nodeId, nodeId)) return;
  throw new LocalError('OWN_KEY', "this is this node's own key", {
    help: 'run the command on the other machine, or in another home (TOWLINE_HOME)',
  });
}
