import { LocalError } from '../../base/errors.ts';

/** towline.yaml names an alias that no key has. */
export function hubUnknown(alias: string): LocalError {
  return new LocalError('HUB_UNKNOWN', `no peer is called "${alias}", which towline.yaml names as the hub`, {
    help: 'list the peers with `towline peers`, mend `hub` or `hubs` in towline.yaml, then: towline reload',
  });
}

/** The hub of the first join is trusted no longer. What was meant for it is not kept elsewhere in silence. */
export function hubUntrusted(nodeId: string): LocalError {
  return new LocalError('HUB_UNTRUSTED', `the hub of this node, ${nodeId}, is trusted no longer`, {
    help: 'trust it again (towline join), or name another one: `hub: ALIAS` or `hub: self` in towline.yaml, then: towline reload',
  });
}
