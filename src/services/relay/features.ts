/** What a hello announces of relaying (docs/WIRE.md §7). Each counts for the side that names it. */

/** This node carries links between its peers: it serves `RelayService.Relay`. */
export const RELAY_FEATURE = 'relay';

/** This node can be reached through others: it serves `RelayService.Accept`. */
export const RELAY_ACCEPT_FEATURE = 'relay-accept';
